-- Step 3: which pairs are worth looking at. Equality joins only, each cheap for a hash join;
-- together they miss a true pair only when it is wrong in nearly everything.
CREATE UNLOGGED TABLE met AS
-- the same family card, or one the family held before, or the person's number in its column
SELECT c.member_id, r.row_number
FROM (
    SELECT member_id, kk_number FROM open_member
    UNION ALL
    SELECT member_id, f.kk_number FROM open_member JOIN former_card AS f USING (household_id)
    UNION ALL
    SELECT member_id, nik FROM open_member
) AS c
JOIN open_row AS r USING (kk_number)
UNION
-- the number is shared, but the data did not verify it
SELECT m.member_id, r.row_number
FROM open_member AS m JOIN open_row AS r USING (nik)
UNION
SELECT m.member_id, r.row_number
FROM open_member AS m JOIN open_row AS r USING (village_id, birth_on)
UNION
SELECT m.member_id, r.row_number
FROM open_member AS m JOIN open_row AS r USING (birth_on, two)
UNION
SELECT m.member_id, r.row_number
FROM open_member AS m JOIN open_row AS r USING (village_id, three, birth_year)
UNION
SELECT m.member_id, r.row_number
FROM open_member AS m JOIN open_row AS r USING (village_id, mother_key, one)
UNION
SELECT m.member_id, r.row_number
FROM open_member AS m JOIN open_row AS r USING (village_id, name_key)
UNION
SELECT m.member_id, r.row_number
FROM open_member AS m JOIN open_row AS r USING (name_key, mother_key)
UNION
SELECT m.member_id, r.row_number
FROM open_member AS m JOIN open_row AS r USING (birth_on, mother_key);
