-- Names, birth dates and sex that are missing or no such thing.
-- Parameters: snapshot; name, birth_date, sex (places from 1 or NULL); today; severities.
CREATE TEMP TABLE staging_found (row_number, code, severity, field, column_index, value, params) AS
SELECT
    k.row_number, found.code, %(severities)s::jsonb ->> found.code, found.field,
    found.place - 1, left(coalesce(found.cell, ''), 60),
    CASE
        WHEN found.code = 'name_too_long' THEN jsonb_build_object('letters', length(found.cell))
        ELSE '{}'
    END
FROM (
    SELECT *
    FROM dtks_rowkey
    WHERE snapshot_id = %(snapshot)s
        AND (
            -- More than the few signs names are written with: looked at closely below.
            name IS NULL OR length(name) > 100 OR name !~ '^[A-Z][A-Z .,''()/-]*$'
            OR (birth_on IS NULL AND %(birth_date)s::int IS NOT NULL)
            OR birth_on > %(today)s::date
            OR birth_on < %(today)s::date - interval '120 years'
            OR (sex IS NULL AND %(sex)s::int IS NOT NULL)
        )
) AS k
JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = k.row_number
CROSS JOIN LATERAL (
    SELECT
        r.cells[%(name)s::int] AS name, r.cells[%(birth_date)s::int] AS birth_date,
        r.cells[%(sex)s::int] AS sex,
        CASE WHEN k.birth_on IS NULL THEN pkh_date_state(r.cells[%(birth_date)s::int]) END AS date_state
) AS said
CROSS JOIN LATERAL (
    VALUES
        (
            CASE
                WHEN btrim(coalesce(said.name, ''), E' -\t\r\n') = '' THEN 'name_empty'
                WHEN k.name IS NULL THEN 'name_empty'
                WHEN length(said.name) > 150 THEN 'name_too_long'
                WHEN k.name !~ '[[:alpha:]]' THEN 'name_not_a_name'
                WHEN k.name ~ '[][<>{}%%$#^*_=|~\\@+☀-➿🌀-🫿]' THEN 'name_odd_signs'
            END,
            'name', %(name)s::int, said.name
        ),
        (
            CASE
                WHEN %(birth_date)s::int IS NULL THEN NULL
                WHEN said.date_state = 'empty' OR said.birth_date IS NULL THEN 'birth_date_empty'
                WHEN said.date_state = 'impossible' THEN 'birth_date_impossible'
                WHEN k.birth_on IS NULL THEN 'birth_date_unreadable'
                WHEN k.birth_on > %(today)s::date THEN 'birth_date_future'
                WHEN k.birth_on < %(today)s::date - interval '120 years' THEN 'birth_date_too_old'
            END,
            'birth_date', %(birth_date)s::int, said.birth_date
        ),
        (
            CASE
                WHEN k.sex IS NULL AND btrim(coalesce(said.sex, ''), ' -') <> '' THEN 'sex_unknown'
            END,
            'sex', %(sex)s::int, said.sex
        )
) AS found (code, field, place, cell)
WHERE found.code IS NOT NULL AND found.place IS NOT NULL
