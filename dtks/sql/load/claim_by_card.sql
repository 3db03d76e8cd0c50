-- A family is the household that holds its card today. Parameter: territory.
WITH pair AS (
    SELECT f.family, h.id AS household_id, 0 AS agreement
    FROM load_family f
    JOIN beneficiaries_household h ON h.kk_number = f.kk_number
    WHERE h.desa_id LIKE %(territory)s
), nearest AS (
    SELECT DISTINCT ON (household_id) family, household_id, agreement
    FROM pair
    WHERE NOT EXISTS (SELECT FROM load_claim c WHERE c.family = pair.family)
        AND NOT EXISTS (SELECT FROM load_claim c WHERE c.household_id = pair.household_id)
    ORDER BY household_id, agreement DESC, family
)
INSERT INTO load_claim
SELECT DISTINCT ON (family) family, household_id, false
FROM nearest
ORDER BY family, agreement DESC, household_id
