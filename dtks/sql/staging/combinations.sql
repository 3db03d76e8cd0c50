-- Each different combination of cells, once. Parameters: snapshot, places (from 1).
SELECT DISTINCT (
    SELECT jsonb_agg(coalesce(cells[place], '') ORDER BY nth)
    FROM unnest(%(places)s::int[]) WITH ORDINALITY AS p (place, nth)
)::text
FROM dtks_sourcerow
WHERE snapshot_id = %(snapshot)s
