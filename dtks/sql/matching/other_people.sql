-- What pairs of two people look like, and how often they agree by chance.
INSERT INTO lesson
WITH other AS MATERIALIZED (
    SELECT who, name, birth_on, mother_name, nik, village, sex, count(*) AS n
    FROM other_people JOIN compared USING (member_id, row_number)
    GROUP BY who, name, birth_on, mother_name, nik, village, sex
)
SELECT who, who = 'relative', field, CASE WHEN field = 'nik' THEN birth_class(birth_on) END AS birth, level, sum(n)
FROM other
CROSS JOIN LATERAL (
    VALUES ('name', name), ('birth_on', birth_on), ('mother_name', mother_name), ('nik', nik),
        ('village', village), ('sex', sex)
) AS said (field, level)
WHERE level IS NOT NULL AND (who <> 'born close' OR field = 'nik') AND (field <> 'nik' OR level > 0)
GROUP BY who, field, birth, level;

-- How often two people who have nothing to do with each other agree exactly: counted in full,
-- because a sample is too small for it. Shares of all pairs of a member and a row.
CREATE UNLOGGED TABLE birth_rows AS
SELECT birth_on, count(*) AS rows FROM source GROUP BY birth_on;

INSERT INTO lesson
SELECT 'by chance', false, field, NULL, level, sum(equal)::double precision / members / source_rows
FROM size, LATERAL (
    SELECT 'name' AS field, 7 + rarity(rows, source_rows) AS level, rows * n.members AS equal
    FROM name_rows AS n
    UNION ALL
    SELECT 'mother_name', 4 + rarity(rows, source_rows), rows * m.members
    FROM mother_rows AS m
    UNION ALL
    SELECT 'birth_on', 7, rows * m.members
    FROM birth_rows
    JOIN (SELECT birth_on, count(*) AS members FROM member GROUP BY birth_on) AS m USING (birth_on)
) AS said
GROUP BY field, level, members, source_rows;

-- How often a number stands at somebody else's data: per pair of one card, and of strangers.
INSERT INTO lesson
SELECT 'shared number', card, 'nik', NULL, 8,
    (SELECT count(*) FROM known WHERE nik = 8 AND same_card = card AND name <= 2 AND birth_on < 5)
        / greatest(CASE
            WHEN card THEN members * 3.0 ELSE members::double precision * source_rows
        END, 1)
FROM unnest(ARRAY[true, false]) AS card, size;
