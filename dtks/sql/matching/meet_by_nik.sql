-- Step 1a: who shares a number with whom.
CREATE UNLOGGED TABLE met AS
SELECT m.member_id, r.row_number
FROM member AS m
JOIN source AS r ON r.nik = m.nik
WHERE NOT EXISTS (
    SELECT 1 FROM decided AS d WHERE d.member_id = m.member_id AND d.row_number = r.row_number
)
UNION ALL
SELECT member_id, row_number FROM decided;
