-- Step 7: pairs in which each is the other's best among those still free. Repeated until no more
-- are found. Ties are broken by key, so that the same file gives the same links twice.
INSERT INTO linked
SELECT member_id, row_number
FROM (
    SELECT
        member_id, row_number,
        row_number() OVER (PARTITION BY member_id ORDER BY score DESC, row_number) AS for_member,
        row_number() OVER (PARTITION BY row_number ORDER BY score DESC, member_id) AS for_row
    FROM candidate AS c
    WHERE NOT EXISTS (SELECT 1 FROM linked AS l WHERE l.member_id = c.member_id)
        AND NOT EXISTS (SELECT 1 FROM linked AS l WHERE l.row_number = c.row_number)
) AS ranked
WHERE for_member = 1 AND for_row = 1;
