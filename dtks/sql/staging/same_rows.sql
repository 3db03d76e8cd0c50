-- How many of a sample of rows stand, cell for cell, in an earlier file under the same number.
-- Parameters: snapshot, earlier, numbers (of the rows to look at).
SELECT
    count(*),
    count(*) FILTER (WHERE EXISTS (
        SELECT 1
        FROM dtks_rowkey e
        JOIN dtks_sourcerow b ON b.snapshot_id = %(earlier)s AND b.row_number = e.row_number
        WHERE e.snapshot_id = %(earlier)s AND e.nik = k.nik AND b.cells = r.cells
    ))
FROM dtks_rowkey k
JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = k.row_number
WHERE k.snapshot_id = %(snapshot)s AND k.row_number = ANY (%(numbers)s) AND k.nik IS NOT NULL;
