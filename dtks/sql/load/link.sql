-- Pairs of one grade, each row to one member and each member to one row. Parameter: grade.
WITH nearest AS (
    SELECT DISTINCT ON (member_id) row_number, member_id, active
    FROM load_pair p
    WHERE grade = %(grade)s
        AND NOT EXISTS (SELECT FROM load_link l WHERE l.row_number = p.row_number)
        AND NOT EXISTS (SELECT FROM load_link l WHERE l.member_id = p.member_id)
    ORDER BY member_id, active DESC, row_number
)
INSERT INTO load_link
SELECT DISTINCT ON (row_number) row_number, member_id, false
FROM nearest
ORDER BY row_number, active DESC, member_id
