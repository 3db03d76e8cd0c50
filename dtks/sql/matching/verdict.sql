-- Step 9: what is said about each member. Parameters: trusted, upper.

-- One row each, decided before verified before linked by evidence; and what else is verified.
CREATE UNLOGGED TABLE settled AS
SELECT member_id, row_number, '{}'::integer[] AS more FROM decided
UNION ALL
SELECT member_id, rows[1], rows[2:]
FROM (
    SELECT member_id, array_agg(row_number ORDER BY agreeing DESC, row_number) AS rows
    FROM verified GROUP BY member_id
) AS v
UNION ALL
SELECT member_id, row_number, '{}' FROM linked;
ANALYZE settled;

CREATE UNLOGGED TABLE taken AS
SELECT row_number FROM decided
UNION ALL
SELECT row_number FROM verified
UNION ALL
SELECT row_number FROM linked;
ANALYZE taken;

-- Rows that repeat somebody whose number is verified, and are nobody else's.
CREATE UNLOGGED TABLE repeated AS
SELECT DISTINCT ON (row_number) member_id, row_number
FROM again
JOIN vector USING (same_card, name, birth_on, mother_name, nik, village, sex)
WHERE probability >= %(upper)s AND again.name >= 5 AND again.nik NOT IN (1, 2)
    AND NOT EXISTS (SELECT 1 FROM taken WHERE taken.row_number = again.row_number)
ORDER BY row_number, score DESC, member_id;

CREATE UNLOGGED TABLE verdict AS
WITH also AS (
    SELECT member_id, array_agg(row_number ORDER BY row_number) AS rows
    FROM (
        SELECT member_id, unnest(more) AS row_number FROM settled WHERE more <> '{}'
        UNION
        SELECT member_id, row_number FROM repeated
    ) AS more
    GROUP BY member_id
), shared AS (
    -- The number stands at other data, and neither has found anybody better.
    SELECT k.member_id, array_agg(k.row_number ORDER BY k.row_number) AS rows
    FROM known AS k
    WHERE k.nik = 8
        AND NOT EXISTS (SELECT 1 FROM settled WHERE settled.member_id = k.member_id)
        AND NOT EXISTS (SELECT 1 FROM taken WHERE taken.row_number = k.row_number)
    GROUP BY k.member_id
), found AS (
    SELECT
        m.member_id, coalesce(s.row_number, shared.rows[1]) AS row_number,
        CASE
            WHEN d.member_id IS NOT NULL THEN 'decided'
            WHEN j.member_id IS NULL AND s.member_id IS NOT NULL THEN 'nik_verified'
            WHEN j.nik = 8 THEN 'nik_and_evidence'
            WHEN j.same_card THEN 'card_and_name'
            WHEN j.member_id IS NOT NULL THEN 'evidence'
            WHEN shared.member_id IS NOT NULL THEN 'nik_shared'
            ELSE 'nobody'
        END AS rule,
        -- automatic, if no second row turns up
        d.member_id IS NOT NULL OR s.member_id IS NOT NULL AND (
            j.member_id IS NULL OR j.sure AND %(trusted)s AND (j.second_row OR NOT j.contested)
        ) AS sure,
        d.member_id IS NULL AND (also.rows IS NOT NULL OR coalesce(j.second_row, false)) AS repeated,
        j.vector_id, j.same_card, j.nik, j.contested,
        CASE
            WHEN s.member_id IS NULL THEN coalesce(shared.rows, '{}')
            ELSE s.row_number || coalesce(also.rows, '{}') || coalesce(j.other_rows, '{}')
        END AS rows
    FROM member AS m
    LEFT JOIN settled AS s USING (member_id)
    LEFT JOIN decided AS d USING (member_id)
    LEFT JOIN judged AS j USING (member_id)
    LEFT JOIN also USING (member_id)
    LEFT JOIN shared USING (member_id)
)
SELECT
    member_id, row_number, rule, sure,
    CASE
        WHEN row_number IS NULL THEN 'missing'
        WHEN NOT sure THEN 'review'
        WHEN repeated THEN 'duplicate'
        ELSE 'matched'
    END AS outcome,
    CASE
        WHEN sure THEN CASE WHEN repeated THEN 'duplicate_rows' ELSE '' END
        WHEN row_number IS NULL THEN ''
        WHEN rule = 'nik_shared' OR nik = 8 THEN 'shared_nik'
        WHEN NOT %(trusted)s THEN 'few_teachers'
        WHEN contested OR NOT same_card AND nik IN (1, 2) THEN 'look_alike'
        WHEN NOT same_card THEN 'moved'
        WHEN nik BETWEEN 3 AND 7 THEN 'damaged_nik'
        ELSE 'unsure'
    END AS kind,
    CASE WHEN sure AND NOT repeated THEN '{}' ELSE rows[1:10] END AS candidates,
    vector_id
FROM found;
ANALYZE verdict;

-- No row that is said to repeat somebody is anybody new.
INSERT INTO taken
SELECT row_number FROM repeated
UNION ALL
SELECT unnest(candidates) FROM verdict WHERE outcome = 'duplicate';
