-- Families whose exit stands and who are in the Final Closing of a later period again.
INSERT INTO graduation_caseflag (household_id, case_id, exit_id, kind, about, raised_at, note)
SELECT e.household_id, e.case_id, e.id, 'reappeared',
    'period:' || %(year)s::int || '-' || %(stage)s::int, %(at)s::timestamptz, ''
FROM graduation_exit e
JOIN beneficiaries_householdperiod p
    ON p.household_id = e.household_id AND p.year = %(year)s AND p.stage = %(stage)s
JOIN beneficiaries_household h ON h.id = e.household_id
WHERE e.withdrawn_at IS NULL AND e.reentered_on IS NULL
    AND e."on" <= %(begins)s
    AND (h.desa_id = %(area)s OR h.desa_id LIKE %(area)s || '.%%')
ON CONFLICT DO NOTHING
