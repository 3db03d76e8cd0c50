-- What pairs of two people look like, and how often they agree by chance.
INSERT INTO lesson
SELECT who, who = 'relative', field, CASE WHEN field = 'nik' THEN birth_class(birth_on) END AS birth, level, count(*)
FROM (SELECT o.who, c.* FROM other_people AS o JOIN compared AS c USING (member_id, row_number)) AS other
CROSS JOIN LATERAL (
    VALUES ('name', name), ('birth_on', birth_on), ('mother_name', mother_name), ('nik', nik),
        ('village', village), ('sex', sex)
) AS said (field, level)
WHERE level IS NOT NULL AND (who <> 'born close' OR field = 'nik') AND (field <> 'nik' OR level > 0)
GROUP BY who, field, birth, level;

-- How often two people who have nothing to do with each other agree exactly: counted in full,
-- because a sample is too small for it. Shares of all pairs of a member and a row.
INSERT INTO lesson
WITH size AS (
    SELECT count(*) AS source_rows, (SELECT count(*) FROM member)::double precision AS members
    FROM source
)
SELECT 'by chance', false, 'name', NULL::smallint, 7 + rarity(n, source_rows) AS level,
    sum(n * k / members / source_rows)
FROM name_rows, size, (SELECT name_key AS named, count(*) AS k FROM member GROUP BY name_key) AS m
WHERE named = name_key
GROUP BY level
UNION ALL
SELECT 'by chance', false, 'mother_name', NULL, 4 + rarity(n, source_rows) AS level,
    sum(n * k / members / source_rows)
FROM mother_rows, size, (SELECT mother_key AS named, count(*) AS k FROM member GROUP BY mother_key) AS m
WHERE named = mother_key
GROUP BY level
UNION ALL
SELECT 'by chance', false, 'birth_on', NULL, 7, sum(n * k / members / source_rows)
FROM size,
    (SELECT birth_on AS day, count(*) AS n FROM source GROUP BY birth_on) AS r,
    (SELECT birth_on, count(*) AS k FROM member GROUP BY birth_on) AS m
WHERE day = birth_on;

-- How often a number stands at somebody else's data: per pair of one card, and of strangers.
INSERT INTO lesson
SELECT 'shared number', card, 'nik', NULL, 8,
    (SELECT count(*) FROM known WHERE nik = 8 AND same_card = card AND name <= 2 AND birth_on < 5)
        / greatest(CASE
            WHEN card THEN (SELECT count(*) FROM member) * 3.0
            ELSE (SELECT count(*) FROM member)::double precision * (SELECT count(*) FROM source)
        END, 1)
FROM unnest(ARRAY[true, false]) AS card;
