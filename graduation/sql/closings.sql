-- Periods around a year of whose Final Closing the register holds a family of the area, in order.
SELECT p.year, p.stage
FROM (
    SELECT DISTINCT year, stage FROM beneficiaries_householdperiod
    WHERE year BETWEEN %(year)s - 1 AND %(year)s + 1
) p
WHERE EXISTS (
    SELECT FROM beneficiaries_household h
    JOIN beneficiaries_householdperiod known
        ON known.household_id = h.id AND known.year = p.year AND known.stage = p.stage
    WHERE h.desa_id = %(area)s OR h.desa_id LIKE %(area)s || '.%%'
)
ORDER BY 1, 2
