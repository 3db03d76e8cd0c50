-- One family card in several rows of a Final Closing, which has one row a family: each would be
-- paid. Which of them is right only people know, so no row is stopped. Exact repetitions are not
-- counted. Parameters: snapshot; kk_number (place); severities.
CREATE TEMP TABLE staging_found (row_number, code, severity, field, column_index, value, params) AS
SELECT
    unnest(rows), 'kk_duplicate_in_file', %(severities)s::jsonb ->> 'kk_duplicate_in_file',
    'kk_number', %(kk_number)s - 1, pkh_mask(kk_number),
    jsonb_build_object('rows', to_jsonb(rows[1:10]))
FROM (
    SELECT kk_number, array_agg(row_number ORDER BY row_number) AS rows
    FROM dtks_rowkey AS k
    WHERE k.snapshot_id = %(snapshot)s AND k.kk_number IS NOT NULL AND NOT EXISTS (
        SELECT FROM dtks_rowproblem p
        WHERE p.snapshot_id = %(snapshot)s AND p.row_number = k.row_number
            AND p.code = 'row_repeated'
    )
    GROUP BY kk_number
    HAVING count(*) > 1
) AS shared
