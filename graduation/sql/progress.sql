-- Beside the targets of a year: what the book counted, a line a way to leave, kecamatan,
-- facilitator and quarter (state ''), and the open cases by state (quarter 0). This year has those
-- planned for it, for an earlier one or for none; a year ahead (%(ahead)s) those planned for it; a
-- year that is over has none (%(open)s is false).
-- Of one facilitator only, or of everybody (NULL).
SELECT e.type_id, left(e.desa_id, 8) AS kecamatan, e.facilitator_id, e.quarter, '' AS state,
    sum(e.sign)
FROM graduation_exitentry e
WHERE e.year = %(year)s
    AND (e.desa_id = ANY (%(areas)s) OR e.desa_id LIKE ANY (%(below)s))
    AND (%(facilitator)s::bigint IS NULL OR e.facilitator_id = %(facilitator)s)
GROUP BY 1, 2, 3, 4
UNION ALL
SELECT c.type_id, left(h.desa_id, 8), held.facilitator_id, 0, c.state, count(*)
FROM graduation_graduationcase c
JOIN beneficiaries_household h ON h.id = c.household_id
LEFT JOIN facilitators_caseloadassignment held
    ON held.household_id = h.id
    AND held.starts_on <= %(day)s AND (held.ends_on IS NULL OR held.ends_on >= %(day)s)
WHERE %(open)s
    AND c.state IN ('potential', 'proposed', 'visited', 'verified', 'approved', 'submitted')
    AND (c.target_year = %(year)s
        OR NOT %(ahead)s AND coalesce(c.target_year, 0) < %(year)s)
    AND (h.desa_id = ANY (%(areas)s) OR h.desa_id LIKE ANY (%(below)s))
    AND (%(facilitator)s::bigint IS NULL OR held.facilitator_id = %(facilitator)s)
GROUP BY 1, 2, 3, 5
