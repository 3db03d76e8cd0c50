-- Final Closing: how many of each component a family has, by our names. Zero is not written.
-- Parameters: snapshot; places (cells of the count columns, from 1) and components side by side.
CREATE TEMP TABLE load_counts AS
SELECT r.row_number, jsonb_object_agg(k.component, pkh_whole(s.cells[k.place])) AS counts
FROM load_row r
JOIN dtks_sourcerow s ON s.snapshot_id = %(snapshot)s AND s.row_number = r.row_number
CROSS JOIN unnest(%(places)s::int[], %(components)s::text[]) AS k (place, component)
WHERE pkh_whole(s.cells[k.place]) > 0
GROUP BY r.row_number;
ANALYZE load_counts;
