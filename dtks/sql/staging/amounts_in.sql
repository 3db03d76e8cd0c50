-- Rows whose counts and amount, taken together, were found to be wrong.
-- Parameters: snapshot, code, severity, field, place (of the amount or the sum); places (of all the
-- cells compared, in the order of `combinations`); combinations (JSON arrays) and params (JSON).
INSERT INTO dtks_rowproblem (snapshot_id, row_number, code, severity, field, column_index, value, params)
SELECT
    %(snapshot)s, r.row_number, %(code)s, %(severity)s, %(field)s, %(place)s::int - 1,
    left(r.cells[%(place)s::int], 60), wrong.params::jsonb
FROM unnest(%(combinations)s::text[], %(params)s::text[]) AS wrong (combination, params)
JOIN (
    SELECT
        row_number, cells,
        (
            SELECT jsonb_agg(coalesce(cells[place], '') ORDER BY nth)
            FROM unnest(%(places)s::int[]) WITH ORDINALITY AS p (place, nth)
        ) AS combination
    FROM dtks_sourcerow
    WHERE snapshot_id = %(snapshot)s
) AS r ON r.combination = wrong.combination::jsonb
