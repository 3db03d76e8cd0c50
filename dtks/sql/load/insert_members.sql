-- New members. Parameter: snapshot.
INSERT INTO beneficiaries_member (
    id, household_id, nik, name, birth_on, birth_place, sex, mother_name, relationship,
    loaded_from, loaded_row
)
SELECT
    l.member_id, p.household_id, r.nik, r.name, r.birth_on, r.birth_place, r.sex, r.mother_name,
    r.relationship, %(snapshot)s, r.row_number
FROM load_link l
JOIN load_place p ON p.row_number = l.row_number
JOIN load_row r ON r.row_number = l.row_number
WHERE l.is_new
ORDER BY l.row_number
