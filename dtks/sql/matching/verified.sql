-- Step 1b: a shared number counts when the names are one person's and birth date or mother
-- agrees too, and it is not somebody else's mother on somebody else's card. A number shared with
-- other data is a question: it stays among the open pairs.
CREATE UNLOGGED TABLE verified AS
SELECT member_id, row_number, agreeing
FROM (
    SELECT
        member_id, row_number,
        (name >= 6)::integer + (birth_on = 7)::integer + (mother_name >= 4)::integer AS agreeing,
        count(*) OVER (PARTITION BY row_number) AS members
    FROM known
    WHERE nik = 8 AND name >= 3 AND (birth_on >= 5 OR mother_name >= 3)
        AND (same_card OR mother_name <> 1)
        AND NOT EXISTS (
            SELECT 1 FROM decided
            WHERE decided.row_number = known.row_number OR decided.member_id = known.member_id
        )
) AS agreed
WHERE members = 1;  -- one row, two members: both stay open
ANALYZE verified;
