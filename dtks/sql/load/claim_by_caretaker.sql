-- A family is the household whose caretaker stands in it: same NIK, and the card, the name or the
-- birth date agrees as well, for a mistyped NIK may be somebody else's. One household, one family.
-- Parameter: territory (pattern of village codes).
WITH pair AS (
    SELECT f.family, h.id AS household_id,
           (h.kk_number IS NOT DISTINCT FROM f.kk_number)::int * 2
           + (m.birth_on IS NOT DISTINCT FROM r.birth_on)::int AS agreement
    FROM load_row r
    JOIN load_belongs b ON b.row_number = r.row_number
    JOIN load_family f ON f.family = b.family
    JOIN beneficiaries_member m ON m.nik = r.nik
    JOIN beneficiaries_household h ON h.caretaker_id = m.id
    WHERE h.desa_id LIKE %(territory)s
        AND (
            h.kk_number = r.kk_number
            OR m.birth_on = r.birth_on
            OR m.name = r.name
            OR pkh_name_key(m.name) = r.name_key
        )
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
