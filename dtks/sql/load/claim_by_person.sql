-- A household that only a members file has named so far, with no caretaker yet, is the family of a
-- person who already belongs to it, although the two files give different cards.
-- Parameter: territory.
WITH pair AS (
    SELECT f.family, h.id AS household_id, 0 AS agreement
    FROM load_family f
    JOIN beneficiaries_member m ON m.nik = f.nik
    JOIN beneficiaries_household h ON h.id = m.household_id
    WHERE h.desa_id LIKE %(territory)s
        AND h.caretaker_id IS NULL
        AND (m.birth_on = f.birth_on OR m.name = f.name OR pkh_name_key(m.name) = f.name_key)
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
