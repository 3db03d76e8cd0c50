-- Step 2: what no verified number has settled, on both sides.
CREATE UNLOGGED TABLE open_member AS
SELECT member.*, left(name_key, 1) AS one, left(name_key, 2) AS two, left(name_key, 3) AS three,
    extract(year FROM birth_on)::smallint AS birth_year
FROM member
WHERE NOT EXISTS (SELECT 1 FROM verified AS v WHERE v.member_id = member.member_id)
    AND NOT EXISTS (SELECT 1 FROM decided AS d WHERE d.member_id = member.member_id);

CREATE UNLOGGED TABLE open_row WITH (autovacuum_enabled = off) AS
SELECT
    row_number, birth_on, extract(year FROM birth_on)::smallint AS birth_year, nik, kk_number,
    name_key, mother_key, village_id,
    left(name_key, 1) AS one, left(name_key, 2) AS two, left(name_key, 3) AS three
FROM source
WHERE NOT EXISTS (SELECT 1 FROM verified AS v WHERE v.row_number = source.row_number)
    AND NOT EXISTS (SELECT 1 FROM decided AS d WHERE d.row_number = source.row_number);

ANALYZE open_member;
ANALYZE open_row;

ALTER TABLE size ADD open_members bigint, ADD open_rows bigint;
UPDATE size SET
    open_members = (SELECT count(*) FROM open_member), open_rows = (SELECT count(*) FROM open_row);
