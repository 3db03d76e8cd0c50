-- Rows with problems, whole, in the order of the file; the problems of a row side by side.
-- Parameters: snapshot; severities.
SELECT
    r.row_number, r.cells,
    array_agg(p.code ORDER BY p.id), array_agg(p.value ORDER BY p.id),
    array_agg(coalesce(p.column_index, -1) ORDER BY p.id),
    array_agg(p.params::text ORDER BY p.id)
FROM dtks_sourcerow r
JOIN dtks_rowproblem p ON p.snapshot_id = %(snapshot)s AND p.row_number = r.row_number
WHERE r.snapshot_id = %(snapshot)s AND p.severity = ANY (%(severities)s)
GROUP BY r.snapshot_id, r.row_number, r.cells
ORDER BY r.row_number
