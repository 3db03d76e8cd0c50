-- Step 8: what becomes of each linked pair. Parameters: upper, margin (hundredths of a bit).
--
-- Automatic only when the pair is firm (score.sql), the score is above the upper threshold, and
-- nobody else who is free comes close on either side. Everything else between the thresholds is
-- a question.
CREATE UNLOGGED TABLE judged AS
WITH free AS (
    SELECT c.*
    FROM candidate AS c
    WHERE NOT EXISTS (SELECT 1 FROM linked AS l WHERE l.row_number = c.row_number)
), free_member AS (
    SELECT c.*
    FROM candidate AS c
    WHERE NOT EXISTS (SELECT 1 FROM linked AS l WHERE l.member_id = c.member_id)
), others AS (
    SELECT member_id, array_agg(row_number ORDER BY score DESC, row_number) AS rows,
        max(score) AS score, bool_or(probability >= %(upper)s AND firm) AS second_row
    FROM free GROUP BY member_id
), rivals AS (
    SELECT row_number, max(score) AS score FROM free_member GROUP BY row_number
)
SELECT
    c.member_id, c.row_number, c.vector_id, c.same_card, c.nik, c.name,
    coalesce(others.rows, '{}')::integer[] AS other_rows,
    coalesce(others.second_row, false) AS second_row,
    greatest(others.score, rivals.score) > c.score - %(margin)s AS contested,
    c.probability >= %(upper)s AND c.firm AS sure
FROM linked AS l
JOIN candidate AS c USING (member_id, row_number)
LEFT JOIN others USING (member_id)
LEFT JOIN rivals USING (row_number);
ANALYZE judged;
