-- Villages that are not of the office's territory as it is known, once per way of saying a place.
-- A name one or two letters off is offered, not taken: matching may read it as the village meant,
-- but who loads a family has to see it. Parameters: snapshot; village, subdistrict, regency,
-- village_code (places from 1 or NULL); area (the office's); severities.
CREATE TEMP TABLE staging_place AS
WITH first AS MATERIALIZED (
    -- Of every way one row, whose key says which village was understood.
    SELECT
        coalesce(cells[%(village)s::int], '') AS village,
        coalesce(cells[%(subdistrict)s::int], '') AS subdistrict,
        coalesce(cells[%(regency)s::int], '') AS regency,
        coalesce(cells[%(village_code)s::int], '') AS code,
        min(row_number) AS row_number
    FROM dtks_sourcerow
    WHERE snapshot_id = %(snapshot)s
    GROUP BY 1, 2, 3, 4
), said AS (
    SELECT
        first.*,
        (
            SELECT k.village_id FROM dtks_rowkey k
            WHERE k.snapshot_id = %(snapshot)s AND k.row_number = first.row_number
        ) AS village_id
    FROM first
), keyed AS (
    SELECT
        said.*, left(pkh_area_key(village), 60) AS village_key,
        left(pkh_area_key(subdistrict), 60) AS subdistrict_key,
        left(pkh_area_key(regency), 60) AS regency_key, pkh_digits(code) AS digits
    FROM said
), office AS (
    SELECT replace(code, '.', '') AS digits, left(pkh_area_key(name), 60) AS name_key
    FROM areas_area
    WHERE code = array_to_string((string_to_array(%(area)s, '.'))[1:2], '.')
), known AS (
    SELECT
        v.code, v.name AS village, k.name AS subdistrict,
        left(pkh_area_key(v.name), 60) AS village_key,
        left(pkh_area_key(k.name), 60) AS subdistrict_key
    FROM areas_area v
    JOIN areas_area k ON k.code = v.parent_id
    WHERE v.level = 4 AND (v.code = %(area)s OR v.code LIKE %(area)s || '.%%')
), judged AS (
    SELECT
        keyed.*, taken.village AS taken_village, taken.subdistrict AS taken_subdistrict,
        taken.village_key = keyed.village_key AS same_village,
        CASE
            WHEN keyed.village_id IS NOT NULL AND (
                keyed.digits = replace(keyed.village_id, '.', '')
                OR (
                    taken.village_key = keyed.village_key
                    AND coalesce(taken.subdistrict_key = keyed.subdistrict_key, true)
                )
            ) THEN NULL
            WHEN keyed.regency_key IS NOT NULL AND office.name_key IS NOT NULL
                AND levenshtein_less_equal(keyed.regency_key, office.name_key, 2) > 2
                THEN 'out_of_territory'
            WHEN keyed.village_id IS NULL AND length(keyed.digits) >= 4
                AND length(office.digits) = 4
                AND left(keyed.digits, 4) <> office.digits THEN 'out_of_territory'
            WHEN keyed.village_id IS NULL AND length(keyed.digits) = 10
                AND substr(keyed.digits, 7, 1) = '0' THEN 'bps_code'
            WHEN keyed.village_key IS NULL AND keyed.digits = '' THEN 'village_empty'
            ELSE 'village_unknown'
        END AS problem
    FROM keyed
    LEFT JOIN office ON true
    LEFT JOIN known AS taken ON taken.code = keyed.village_id
)
SELECT
    judged.*,
    CASE
        WHEN taken_village IS NOT NULL AND NOT same_village THEN taken_village
        ELSE near_village.village
    END AS meant_village,
    CASE
        WHEN taken_village IS NOT NULL AND same_village THEN taken_subdistrict
        ELSE near_subdistrict.subdistrict
    END AS meant_subdistrict
FROM judged
LEFT JOIN LATERAL (
    SELECT known.village
    FROM known
    WHERE judged.village_id IS NULL
        AND (known.subdistrict_key = judged.subdistrict_key OR judged.subdistrict_key IS NULL)
        AND levenshtein_less_equal(known.village_key, judged.village_key, 2) BETWEEN 1 AND 2
    ORDER BY levenshtein(known.village_key, judged.village_key), known.village
    LIMIT 1
) AS near_village ON true
LEFT JOIN LATERAL (
    SELECT known.subdistrict
    FROM known
    WHERE judged.village_id IS NULL
        AND levenshtein_less_equal(known.subdistrict_key, judged.subdistrict_key, 2) BETWEEN 1 AND 2
        AND NOT EXISTS (SELECT FROM known AS k WHERE k.subdistrict_key = judged.subdistrict_key)
    ORDER BY levenshtein(known.subdistrict_key, judged.subdistrict_key), known.subdistrict
    LIMIT 1
) AS near_subdistrict ON true
WHERE judged.problem IS NOT NULL;

CREATE TEMP TABLE staging_found (row_number, code, severity, field, column_index, value, params) AS
SELECT
    r.row_number, p.problem, %(severities)s::jsonb ->> p.problem, told.field,
    told.place - 1, left(told.cell, 60),
    CASE WHEN told.meant IS NULL THEN '{}' ELSE jsonb_build_object('meant', told.meant) END
FROM staging_place p
JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s
    AND p.village = coalesce(r.cells[%(village)s::int], '')
    AND p.subdistrict = coalesce(r.cells[%(subdistrict)s::int], '')
    AND p.regency = coalesce(r.cells[%(regency)s::int], '')
    AND p.code = coalesce(r.cells[%(village_code)s::int], '')
CROSS JOIN LATERAL (
    SELECT 'village_code' AS field, %(village_code)s::int AS place, p.code AS cell, NULL AS meant
    WHERE p.problem = 'bps_code'
        OR (p.problem <> 'village_empty' AND p.village = '' AND p.code <> '')
    UNION ALL
    SELECT 'regency', %(regency)s::int, p.regency, NULL
    WHERE p.problem = 'out_of_territory' AND p.village <> ''
    UNION ALL
    SELECT 'subdistrict', %(subdistrict)s::int, p.subdistrict, p.meant_subdistrict
    WHERE p.problem = 'village_unknown' AND p.village <> '' AND p.meant_subdistrict IS NOT NULL
    UNION ALL
    SELECT 'village', %(village)s::int, p.village, p.meant_village
    WHERE p.problem = 'village_empty'
        OR (p.problem = 'village_unknown' AND p.village <> '' AND p.meant_subdistrict IS NULL)
    LIMIT 1
) AS told;

DROP TABLE staging_place
