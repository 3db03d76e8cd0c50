-- The same row again, cell by cell: the first one counts. Parameters: snapshot, severities.
-- Leaves `shared_nik` to duplicate_niks.sql: the rows whose NIK another row has too.
CREATE TEMP TABLE shared_nik AS
SELECT
    k.row_number, k.nik,
    -- What differs in a key differs in its cell: only rows alike so far are read whole below.
    count(*) OVER (PARTITION BY k.nik, k.kk_number, k.name, k.birth_on) AS alike
FROM dtks_rowkey k
WHERE k.snapshot_id = %(snapshot)s AND EXISTS (
    SELECT FROM dtks_rowkey AS other
    WHERE other.snapshot_id = %(snapshot)s AND other.nik = k.nik
        AND other.row_number <> k.row_number
);
ANALYZE shared_nik;

CREATE TEMP TABLE staging_found (row_number, code, severity, field, column_index, value, params) AS
SELECT
    again.row_number, 'row_repeated', %(severities)s::jsonb ->> 'row_repeated', '', NULL::int, '',
    jsonb_build_object('row', again.first)
FROM (
    SELECT r.row_number, min(r.row_number) OVER (PARTITION BY s.nik, md5(r.cells::text)) AS first
    FROM shared_nik AS s
    JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = s.row_number
    WHERE s.alike > 1
) AS again
WHERE again.row_number > again.first
