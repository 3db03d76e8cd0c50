-- Step 1a: who shares a number with whom.
CREATE UNLOGGED TABLE met AS
SELECT m.member_id, r.row_number
FROM member AS m
JOIN source AS r ON r.nik = m.nik
UNION
SELECT member_id, row_number FROM decided;
