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

CREATE UNLOGGED TABLE date_cell AS
SELECT DISTINCT coalesce(cells[%(birth_date)s], '') AS cell
FROM raw;

CREATE UNLOGGED TABLE said_date AS
SELECT cell, pkh_date(cell, %(latest_year)s) AS birth_on
FROM date_cell;

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
    CASE WHEN nik_plain THEN nik_cell ELSE pkh_nik(nik_cell, nik_numeric) END AS nik,
    CASE
        WHEN nik_plain THEN 'ok'
        ELSE coalesce(nullif(pkh_nik_state(nik_cell, nik_numeric), 'ok'), 'cleaned')
    END AS nik_state,
    CASE WHEN NOT nik_plain THEN pkh_nik_remains(nik_cell, nik_numeric) END AS nik_digits,
    CASE WHEN kk_plain THEN kk_cell ELSE pkh_nik(kk_cell, kk_numeric) END AS kk_number,
    CASE
        WHEN kk_plain THEN 'ok'
        ELSE coalesce(nullif(pkh_nik_state(kk_cell, kk_numeric), 'ok'), 'cleaned')
    END AS kk_state,
    pkh_name(r.name) AS name,
    pkh_name_key(r.name) AS name_key,
    said_date.birth_on,
    said_word.sex_is AS sex,
    pkh_name_key(r.mother_name) AS mother_key,
    said_word.relationship_is AS relationship,
    said_place.village_id,
    said_word.deceased
FROM (
    SELECT
        snapshot_id, row_number, nik_cell, nik_numeric, kk_cell, kk_numeric, name, mother_name,
        birth_date, sex, relationship, note, code, village, subdistrict,
        length(nik_cell) = 16 AND nik_cell !~ '[^0-9]' AND nik_cell <> repeat(left(nik_cell, 1), 16)
            AND (nik_numeric IS NOT TRUE OR NOT pkh_digit_lost(nik_cell)) AS nik_plain,
        length(kk_cell) = 16 AND kk_cell !~ '[^0-9]' AND kk_cell <> repeat(left(kk_cell, 1), 16)
            AND (kk_numeric IS NOT TRUE OR NOT pkh_digit_lost(kk_cell)) AS kk_plain
    FROM (
        SELECT
            snapshot_id, row_number,
            cells[%(nik)s] AS nik_cell, (%(nik)s - 1) = ANY ("numeric") AS nik_numeric,
            cells[%(kk_number)s] AS kk_cell, (%(kk_number)s - 1) = ANY ("numeric") AS kk_numeric,
            cells[%(name)s] AS name, cells[%(mother_name)s] AS mother_name,
            coalesce(cells[%(birth_date)s], '') AS birth_date,
            coalesce(cells[%(sex)s], '') AS sex,
            coalesce(cells[%(relationship)s], '') AS relationship,
            coalesce(cells[%(status_note)s], '') AS note,
            coalesce(cells[%(village_code)s], '') AS code,
            coalesce(cells[%(village)s], '') AS village,
            coalesce(cells[%(subdistrict)s], '') AS subdistrict
        FROM raw
    ) AS cell
) AS r
-- Every row has its place, date and words; as outer joins the planner knows it too, and puts these
-- small tables in memory instead of the file.
LEFT JOIN said_place ON said_place.village = r.village
    AND said_place.subdistrict = r.subdistrict AND said_place.code = r.code
LEFT JOIN said_date ON said_date.cell = r.birth_date
LEFT JOIN said_word ON said_word.sex = r.sex
    AND said_word.relationship = r.relationship AND said_word.note = r.note;

ALTER TABLE rowkey
    ALTER snapshot_id SET NOT NULL, ALTER row_number SET NOT NULL, ALTER nik_state SET NOT NULL,
    ALTER kk_state SET NOT NULL, ALTER deceased SET NOT NULL,
    ADD CHECK (snapshot_id = %(snapshot)s),
    ADD PRIMARY KEY (snapshot_id, row_number);
CREATE INDEX ON rowkey (nik);
CREATE INDEX ON rowkey (kk_number);
ANALYZE rowkey;
