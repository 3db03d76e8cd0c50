-- Step 2: what no verified number has settled, on both sides.
CREATE UNLOGGED TABLE open_member AS
SELECT member.*, left(name_key, 1) AS one, left(name_key, 2) AS two, left(name_key, 3) AS three,
    extract(year FROM birth_on)::smallint AS birth_year
FROM member
WHERE NOT EXISTS (SELECT 1 FROM verified AS v WHERE v.member_id = member.member_id)
    AND NOT EXISTS (SELECT 1 FROM decided AS d WHERE d.member_id = member.member_id);

CREATE UNLOGGED TABLE open_row AS
SELECT
    row_number, nik, kk_number, name_key, birth_on, mother_key, village_id,
    left(name_key, 1) AS one, left(name_key, 2) AS two, left(name_key, 3) AS three,
    extract(year FROM birth_on)::smallint AS birth_year
FROM source
WHERE NOT EXISTS (SELECT 1 FROM verified AS v WHERE v.row_number = source.row_number)
    AND NOT EXISTS (SELECT 1 FROM decided AS d WHERE d.row_number = source.row_number);

ANALYZE open_member;
ANALYZE open_row;
