-- Step 5: what this file itself teaches about agreement. Parameters: sample (people per sample).
--
-- Pairs whose answer is known. The same person: a shared number confirmed by two other fields,
-- counted on the third. Somebody else: people of one card who each have their own verified row,
-- and people put together at random. Samples are ordered by a hash of the id, so the same file
-- teaches the same thing twice.
CREATE UNLOGGED TABLE lesson (
    who text NOT NULL, same_card boolean NOT NULL, field text NOT NULL, birth smallint,
    level smallint NOT NULL, n double precision NOT NULL
);

-- The same person: each field counted where the others are sure.
INSERT INTO lesson
WITH vector AS MATERIALIZED (
    SELECT same_card, name, birth_on, mother_name, village, sex, count(*) AS n
    FROM known WHERE nik = 8
    GROUP BY same_card, name, birth_on, mother_name, village, sex
)
SELECT 'same', same_card, 'name', NULL::smallint, name, sum(n)
FROM vector WHERE birth_on = 7 AND mother_name >= 4 GROUP BY same_card, name
UNION ALL
SELECT 'same', same_card, 'birth_on', NULL, birth_on, sum(n)
FROM vector WHERE name >= 6 AND mother_name >= 4 GROUP BY same_card, birth_on
UNION ALL
SELECT 'same', same_card, 'mother_name', NULL, mother_name, sum(n)
FROM vector WHERE name >= 6 AND birth_on = 7 GROUP BY same_card, mother_name
UNION ALL
SELECT 'same', same_card, 'village', NULL, village, sum(n)
FROM vector WHERE name >= 6 AND birth_on = 7 GROUP BY same_card, village
UNION ALL
SELECT 'same', same_card, 'sex', NULL, sex, sum(n)
FROM vector WHERE name >= 6 AND birth_on = 7 GROUP BY same_card, sex
UNION ALL
SELECT 'same', same_card, 'card', NULL, same_card::integer, sum(n)
FROM vector WHERE name >= 6 AND birth_on = 7 GROUP BY same_card;

-- What a person's number looks like when it is not the same: pairs of one card that agree in name
-- and, where it is known, in mother, and whose birth dates are equal or nearly so.
INSERT INTO lesson
SELECT 'same', true, 'nik', birth_class(birth_on), nik, count(*)
FROM pair
WHERE same_card AND name >= 6 AND nik > 0 AND (birth_on = 7 AND mother_name <> 1 OR mother_name >= 3)
GROUP BY birth_class(birth_on), nik;

CREATE UNLOGGED TABLE person AS
SELECT m.*, row_number() OVER (ORDER BY hash, member_id) AS n
FROM (
    SELECT member.*, member_id * 2654435761 %% 4294967291 AS hash
    FROM member ORDER BY hash, member_id LIMIT %(sample)s
) AS m;

CREATE UNLOGGED TABLE stranger AS
SELECT r.*, row_number() OVER (ORDER BY hash, row_number) AS n
FROM (
    SELECT row_number, nik, kk_number, birth_on, sex, row_number::bigint * 2654435761 %% 4294967291 AS hash
    FROM source ORDER BY hash, row_number LIMIT %(sample)s
) AS r;
ANALYZE person;
ANALYZE stranger;

-- Somebody else: relatives on one card (each with a verified row of their own), then strangers:
-- at random, and of the same or nearly the same birth date, because a NIK contains the date.
CREATE UNLOGGED TABLE card_mate AS
SELECT m.member_id, r.row_number FROM person AS m JOIN source AS r USING (kk_number);
ANALYZE card_mate;

CREATE UNLOGGED TABLE other_people AS
SELECT 'relative' AS who, true AS same_card, m.member_id, m.row_number
FROM card_mate AS m
JOIN verified AS own ON own.member_id = m.member_id AND own.row_number <> m.row_number
JOIN verified AS theirs ON theirs.row_number = m.row_number AND theirs.member_id <> m.member_id
UNION ALL
SELECT 'stranger', false, m.member_id, r.row_number
FROM person AS m
CROSS JOIN generate_series(1, 2) AS turn
JOIN stranger AS r ON r.n = 1 + (m.n * 7919 + turn * 104729) %% (SELECT greatest(count(*), 1) FROM stranger)
WHERE m.kk_number IS DISTINCT FROM r.kk_number AND m.nik IS DISTINCT FROM r.nik
UNION ALL
SELECT 'born close', false, m.member_id, r.row_number
FROM (
    SELECT person.*, birth_on + days AS near
    FROM person CROSS JOIN generate_series(-31, 31) AS days WHERE n <= 1500 AND days <> 0
) AS m
JOIN stranger AS r ON r.birth_on = m.near
WHERE m.kk_number IS DISTINCT FROM r.kk_number AND m.nik IS DISTINCT FROM r.nik AND r.n <= 4000
UNION ALL
SELECT 'born close', false, m.member_id, r.row_number
FROM (SELECT * FROM person WHERE n <= 8000) AS m
JOIN stranger AS r ON r.birth_on = m.birth_on AND r.sex = m.sex
WHERE m.kk_number IS DISTINCT FROM r.kk_number AND m.nik IS DISTINCT FROM r.nik;

-- compare.sql turns `met` into `compared`
CREATE UNLOGGED TABLE met AS SELECT DISTINCT member_id, row_number FROM other_people;
