-- Active families of the area by kecamatan and by who accompanies them on the day; nobody is NULL.
SELECT left(h.desa_id, 8) AS kecamatan, c.facilitator_id, count(*)
FROM beneficiaries_household h
LEFT JOIN facilitators_caseloadassignment c
    ON c.household_id = h.id
    AND c.starts_on <= %(day)s AND (c.ends_on IS NULL OR c.ends_on >= %(day)s)
WHERE h.status = 'active'
    AND (h.desa_id = %(area)s OR h.desa_id LIKE %(area)s || '.%%')
GROUP BY 1, 2
ORDER BY 1, 2
