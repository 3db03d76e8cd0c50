-- Villages that are not of the office's territory as it is known, once per way of saying a place.
-- The nearest name within two letters, in the same kecamatan when that is known, is offered, never
-- taken. Parameters: snapshot; village, subdistrict, regency, village_code (places from 1 or NULL);
-- area (the office's); severities.
CREATE TEMP TABLE staging_place ON COMMIT DROP AS
WITH said AS (
    SELECT
        coalesce(r.cells[%(village)s::int], '') AS village,
        coalesce(r.cells[%(subdistrict)s::int], '') AS subdistrict,
        coalesce(r.cells[%(regency)s::int], '') AS regency,
        coalesce(r.cells[%(village_code)s::int], '') AS code,
        count(*) AS times
    FROM dtks_rowkey k
    JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = k.row_number
    WHERE k.snapshot_id = %(snapshot)s AND k.village_id IS NULL
    GROUP BY 1, 2, 3, 4
), keyed AS (
    SELECT
        said.*, pkh_area_key(village) AS village_key, pkh_area_key(subdistrict) AS subdistrict_key,
        pkh_area_key(regency) AS regency_key, pkh_digits(code) AS digits
    FROM said
), office AS (
    SELECT replace(code, '.', '') AS digits, pkh_area_key(name) AS name_key
    FROM areas_area
    WHERE code = array_to_string((string_to_array(%(area)s, '.'))[1:2], '.')
), known AS (
    SELECT
        v.name AS village, k.name AS subdistrict, pkh_area_key(v.name) AS village_key,
        pkh_area_key(k.name) AS subdistrict_key
    FROM areas_area v
    JOIN areas_area k ON k.code = v.parent_id
    WHERE v.level = 4 AND (v.code = %(area)s OR v.code LIKE %(area)s || '.%%')
)
SELECT
    keyed.*,
    CASE
        WHEN keyed.regency_key IS NOT NULL AND office.name_key IS NOT NULL
            AND levenshtein_less_equal(left(keyed.regency_key, 60), left(office.name_key, 60), 2) > 2
            THEN 'out_of_territory'
        WHEN length(keyed.digits) >= 4 AND left(keyed.digits, 4) <> left(office.digits, 4)
            AND length(office.digits) = 4 THEN 'out_of_territory'
        WHEN length(keyed.digits) = 10 AND substr(keyed.digits, 7, 1) = '0' THEN 'bps_code'
        WHEN keyed.village_key IS NULL AND keyed.digits = '' THEN 'village_empty'
        ELSE 'village_unknown'
    END AS problem,
    near_village.village AS meant_village,
    near_subdistrict.subdistrict AS meant_subdistrict
FROM keyed
LEFT JOIN office ON true
LEFT JOIN LATERAL (
    SELECT known.village
    FROM known
    WHERE known.village_key IS NOT NULL AND keyed.village_key IS NOT NULL
        AND (
            known.subdistrict_key = keyed.subdistrict_key OR keyed.subdistrict_key IS NULL
        )
    ORDER BY levenshtein_less_equal(left(known.village_key, 60), left(keyed.village_key, 60), 2), known.village
    LIMIT 1
) AS nearest ON true
LEFT JOIN LATERAL (
    SELECT nearest.village
    WHERE levenshtein_less_equal(left(pkh_area_key(nearest.village), 60), left(keyed.village_key, 60), 2) BETWEEN 1 AND 2
) AS near_village ON true
LEFT JOIN LATERAL (
    SELECT known.subdistrict
    FROM known
    WHERE known.subdistrict_key <> keyed.subdistrict_key
        AND NOT EXISTS (SELECT FROM known AS k WHERE k.subdistrict_key = keyed.subdistrict_key)
        AND levenshtein_less_equal(left(known.subdistrict_key, 60), left(keyed.subdistrict_key, 60), 2) <= 2
    ORDER BY levenshtein(left(known.subdistrict_key, 60), left(keyed.subdistrict_key, 60)), known.subdistrict
    LIMIT 1
) AS near_subdistrict ON true;

INSERT INTO dtks_rowproblem (snapshot_id, row_number, code, severity, field, column_index, value, params)
SELECT
    %(snapshot)s, k.row_number, p.problem, %(severities)s::jsonb ->> p.problem, told.field,
    told.place - 1, left(told.cell, 60),
    CASE WHEN told.meant IS NULL THEN '{}' ELSE jsonb_build_object('meant', told.meant) END
FROM dtks_rowkey k
JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = k.row_number
JOIN staging_place p ON p.village = coalesce(r.cells[%(village)s::int], '')
    AND p.subdistrict = coalesce(r.cells[%(subdistrict)s::int], '')
    AND p.regency = coalesce(r.cells[%(regency)s::int], '')
    AND p.code = coalesce(r.cells[%(village_code)s::int], '')
CROSS JOIN LATERAL (
    SELECT 'village_code' AS field, %(village_code)s::int AS place, p.code AS cell, NULL AS meant
    WHERE p.problem = 'bps_code' OR (p.problem <> 'village_empty' AND p.village = '' AND p.code <> '')
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
) AS told
WHERE k.snapshot_id = %(snapshot)s AND k.village_id IS NULL
