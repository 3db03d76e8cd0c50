-- The usable rows of one file, cleaned. A rejected row, a row without NIK or name, and a second
-- row of the same person on the same card stay out; left_out.sql counts them.
-- Parameters: snapshot; for each field the place of its cell (from 1) or NULL; words (the file's
-- component words) and components (what they mean), two arrays side by side.
CREATE TEMP TABLE load_row AS
SELECT *
FROM (
    SELECT
        r.row_number, k.nik, k.kk_number, left(k.name, 150) AS name, k.name_key, k.birth_on,
        coalesce(left(btrim(r.cells[%(birth_place)s]), 100), '') AS birth_place,
        coalesce(k.sex, '') AS sex,
        coalesce(left(pkh_name(r.cells[%(mother_name)s]), 150), '') AS mother_name,
        coalesce(k.relationship, '') AS relationship,
        k.village_id,
        coalesce(left(btrim(r.cells[%(address)s]), 300), '') AS address,
        coalesce(left(btrim(r.cells[%(hamlet)s]), 100), '') AS hamlet,
        coalesce(pkh_neighbourhood(r.cells[%(rt)s]), '') AS rt,
        coalesce(pkh_neighbourhood(r.cells[%(rw)s]), '') AS rw,
        upper(btrim(r.cells[%(component)s])) AS component_words,
        pkh_whole(r.cells[%(amount)s]) AS stated_amount,
        coalesce(left(btrim(r.cells[%(status)s]), 60), '') AS ministry_status,
        row_number() OVER (
            PARTITION BY k.nik, k.kk_number, k.name_key, k.birth_on ORDER BY r.row_number
        ) AS nth
    FROM dtks_sourcerow r
    JOIN dtks_rowkey k ON k.snapshot_id = r.snapshot_id AND k.row_number = r.row_number
    WHERE r.snapshot_id = %(snapshot)s
        AND k.snapshot_id = %(snapshot)s
        AND k.nik IS NOT NULL
        AND k.name IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM dtks_rowproblem p
            WHERE p.snapshot_id = %(snapshot)s
                AND p.row_number = r.row_number
                AND p.severity = 'reject'
        )
) cleaned
WHERE nth = 1;
CREATE INDEX ON load_row (row_number);
CREATE INDEX ON load_row (nik);
ANALYZE load_row;

CREATE TEMP TABLE load_component AS
SELECT DISTINCT r.row_number, known.component
FROM load_row r
CROSS JOIN LATERAL regexp_replace(' ' || r.component_words || ' ', '[^A-Z]+', ' ', 'g') AS said (words)
JOIN unnest(%(words)s::text[], %(components)s::text[]) AS known (word, component)
    ON position(' ' || known.word || ' ' IN said.words) > 0
WHERE r.component_words <> '';
ANALYZE load_component;
