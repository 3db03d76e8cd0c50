-- One line per register member of the file's territory, with what reconciliation found.
-- Parameters: snapshot; scopes (patterns of village codes); outcome ('' for all); masked.
SELECT
    CASE WHEN s.source = 'members' THEN m.loaded_row END,
    CASE WHEN %(masked)s THEN pkh_mask(m.nik) ELSE m.nik END,
    m.name,
    coalesce(d.outcome, ''),
    coalesce(d.rule, ''),
    d.score,
    d.row_number,
    array_to_string(d.candidates, ' ')
FROM beneficiaries_member m
JOIN beneficiaries_household h ON h.id = m.household_id
LEFT JOIN dtks_snapshot s ON s.id = m.loaded_from
LEFT JOIN dtks_difference d ON d.snapshot_id = %(snapshot)s AND d.member_id = m.id
WHERE h.desa_id LIKE ANY (%(scopes)s)
    AND (m.status = 'active' AND h.status <> 'exited' OR d.id IS NOT NULL)
    AND (%(outcome)s = '' OR d.outcome = %(outcome)s)
ORDER BY m.id
