-- Known members, only those that change. The first members file that names somebody whom Final
-- Closing had brought in is where that person comes from.
WITH written AS (
    UPDATE beneficiaries_member m
    SET household_id = w.household_id, nik = w.nik, name = w.name, birth_on = w.birth_on,
        birth_place = w.birth_place, sex = w.sex, mother_name = w.mother_name,
        relationship = w.relationship, loaded_from = w.loaded_from, loaded_row = w.loaded_row,
        version = m.version + 1
    FROM load_member w
    WHERE m.id = w.member_id
        AND (m.household_id, m.nik, m.name, m.birth_on, m.birth_place, m.sex, m.mother_name,
             m.relationship, m.loaded_from, m.loaded_row)
        IS DISTINCT FROM
            (w.household_id, w.nik, w.name, w.birth_on, w.birth_place, w.sex, w.mother_name,
             w.relationship, w.loaded_from, w.loaded_row)
    RETURNING m.id
)
INSERT INTO load_written SELECT 'member', id FROM written
