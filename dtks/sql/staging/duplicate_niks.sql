-- One NIK in several different rows: nobody knows whose it is. Exact repetitions are not counted.
-- Needs `shared_nik`, of repeated_rows.sql. Parameters: snapshot; nik (place); severities.
CREATE TEMP TABLE staging_found (row_number, code, severity, field, column_index, value, params) AS
SELECT
    unnest(rows), 'nik_duplicate_in_file',
    %(severities)s::jsonb ->> 'nik_duplicate_in_file', 'nik', %(nik)s - 1, pkh_mask(nik),
    jsonb_build_object('rows', to_jsonb(rows[1:10]))
FROM (
    SELECT nik, array_agg(row_number ORDER BY row_number) AS rows
    FROM shared_nik AS s
    WHERE NOT EXISTS (
        SELECT FROM dtks_rowproblem p
        WHERE p.snapshot_id = %(snapshot)s AND p.row_number = s.row_number
            AND p.code = 'row_repeated'
    )
    GROUP BY nik
    HAVING count(*) > 1
) AS shared;

DROP TABLE shared_nik
