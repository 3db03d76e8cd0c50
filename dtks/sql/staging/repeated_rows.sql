-- The same row again, cell by cell: the first one counts. Parameters: snapshot, severities.
CREATE TEMP TABLE staging_found (row_number, code, severity, field, column_index, value, params) AS
SELECT
    again.row_number, 'row_repeated', %(severities)s::jsonb ->> 'row_repeated', '', NULL::int, '',
    jsonb_build_object('row', again.first)
FROM (
    SELECT r.row_number, min(r.row_number) OVER (PARTITION BY k.nik, md5(r.cells::text)) AS first
    FROM dtks_rowkey k
    JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = k.row_number
    WHERE k.snapshot_id = %(snapshot)s
        AND k.nik IN (
            SELECT nik FROM dtks_rowkey
            WHERE snapshot_id = %(snapshot)s AND nik IS NOT NULL
            GROUP BY nik HAVING count(*) > 1
        )
) AS again
WHERE again.row_number > again.first
