-- The cleaned keys of every row of a file, beside the rows as they came.
-- Parameters: snapshot, latest_year, area, and for each field the place of its cell counted from
-- 1, or NULL when the file has no such column (a cell at place NULL is NULL).
--
-- What is said in few different ways (places, dates, sex, relationship, notes) is read once per
-- way of saying it and joined back; numbers and names are cleaned row by row, in parallel. Tables
-- are made by SELECT, because INSERT does not run in parallel.

CREATE UNLOGGED TABLE said_place AS
WITH said AS MATERIALIZED (
    SELECT
        said.*, pkh_digits(code) AS digits, pkh_area_key(village) AS village_key,
        pkh_area_key(subdistrict) AS subdistrict_key
    FROM (
        SELECT DISTINCT
            coalesce(cells[%(village_code)s], '') AS code,
            coalesce(cells[%(village)s], '') AS village,
            coalesce(cells[%(subdistrict)s], '') AS subdistrict
        FROM raw
    ) AS said
), village AS MATERIALIZED (
    SELECT
        v.code, replace(v.code, '.', '') AS digits, pkh_area_key(v.name) AS village_key,
        pkh_plain(v.name) AS spelled, pkh_area_key(k.name) AS subdistrict_key,
        count(*) OVER (PARTITION BY pkh_area_key(v.name), pkh_area_key(k.name)) AS same_place,
        count(*) OVER (PARTITION BY pkh_area_key(v.name)) AS same_name
    FROM areas_area AS v
    JOIN areas_area AS k ON k.code = v.parent_id
    WHERE v.level = 4 AND (v.code = %(area)s OR v.code LIKE %(area)s || '.%%')
)
SELECT
    said.code, said.village, said.subdistrict,
    coalesce(
        (SELECT v.code FROM village AS v WHERE v.digits = said.digits),
        (
            -- Where two villages of a kecamatan differ in a space only, the spelling decides.
            SELECT min(v.code) FROM village AS v
            WHERE v.village_key = said.village_key AND v.subdistrict_key = said.subdistrict_key
                AND (v.same_place = 1 OR v.spelled = pkh_plain(said.village))
            HAVING count(*) = 1
        ),
        (
            -- The village alone, when the row has no kecamatan and one village bears the name.
            SELECT v.code FROM village AS v
            WHERE v.village_key = said.village_key AND said.subdistrict_key IS NULL
                AND v.same_name = 1
        ),
        (
            -- One or two letters off, in one of the two names, and only one village it can be.
            SELECT min(v.code) FROM village AS v
            WHERE length(v.village_key) >= 5
                AND levenshtein_less_equal(v.village_key, said.village_key, 2)
                    + levenshtein_less_equal(v.subdistrict_key, said.subdistrict_key, 2) <= 2
            HAVING count(*) = 1
        )
    )::varchar(13) COLLATE "C" AS village_id
FROM said;

CREATE UNLOGGED TABLE said_date AS
SELECT cell, pkh_date(cell, %(latest_year)s) AS birth_on
FROM (
    SELECT DISTINCT coalesce(cells[%(birth_date)s], '') AS cell
    FROM raw
) AS said;

CREATE UNLOGGED TABLE said_word AS
SELECT
    sex, relationship, note, pkh_sex(sex) AS sex_is, pkh_relationship(relationship) AS relationship_is,
    pkh_deceased(note) AS deceased
FROM (
    SELECT DISTINCT
        coalesce(cells[%(sex)s], '') AS sex, coalesce(cells[%(relationship)s], '') AS relationship,
        coalesce(cells[%(status_note)s], '') AS note
    FROM raw
) AS said;

ANALYZE said_place;
ANALYZE said_date;
ANALYZE said_word;

CREATE UNLOGGED TABLE rowkey AS
SELECT
    r.snapshot_id,
    r.row_number,
    pkh_nik(cells[%(nik)s], (%(nik)s - 1) = ANY ("numeric")) AS nik,
    pkh_nik_state(cells[%(nik)s], (%(nik)s - 1) = ANY ("numeric")) AS nik_state,
    CASE
        WHEN length(cells[%(nik)s]) <> 16 OR cells[%(nik)s] ~ '[^0-9]' OR "numeric" <> '{}'
        THEN pkh_nik_remains(cells[%(nik)s], (%(nik)s - 1) = ANY ("numeric"))
    END AS nik_digits,
    pkh_nik(cells[%(kk_number)s], (%(kk_number)s - 1) = ANY ("numeric")) AS kk_number,
    pkh_nik_state(cells[%(kk_number)s], (%(kk_number)s - 1) = ANY ("numeric")) AS kk_state,
    pkh_name(cells[%(name)s]) AS name,
    pkh_name_key(cells[%(name)s]) AS name_key,
    said_date.birth_on,
    said_word.sex_is AS sex,
    pkh_name_key(cells[%(mother_name)s]) AS mother_key,
    said_word.relationship_is AS relationship,
    said_place.village_id,
    said_word.deceased
FROM raw AS r
JOIN said_place ON said_place.village = coalesce(cells[%(village)s], '')
    AND said_place.subdistrict = coalesce(cells[%(subdistrict)s], '')
    AND said_place.code = coalesce(cells[%(village_code)s], '')
JOIN said_date ON said_date.cell = coalesce(cells[%(birth_date)s], '')
JOIN said_word ON said_word.sex = coalesce(cells[%(sex)s], '')
    AND said_word.relationship = coalesce(cells[%(relationship)s], '')
    AND said_word.note = coalesce(cells[%(status_note)s], '');

ALTER TABLE rowkey
    ALTER snapshot_id SET NOT NULL, ALTER row_number SET NOT NULL, ALTER nik_state SET NOT NULL,
    ALTER kk_state SET NOT NULL, ALTER deceased SET NOT NULL,
    ADD CHECK (snapshot_id = %(snapshot)s),
    ADD PRIMARY KEY (snapshot_id, row_number);
CREATE INDEX ON rowkey (nik);
CREATE INDEX ON rowkey (kk_number);
ANALYZE rowkey;
