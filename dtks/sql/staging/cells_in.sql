-- Rows whose cell says one of the words found to be wrong. Parameters: snapshot, code, severity,
-- field, place (from 1), words.
INSERT INTO dtks_rowproblem (snapshot_id, row_number, code, severity, field, column_index, value)
SELECT
    %(snapshot)s, row_number, %(code)s, %(severity)s, %(field)s, %(place)s::int - 1,
    left(cells[%(place)s::int], 60)
FROM dtks_sourcerow
WHERE snapshot_id = %(snapshot)s AND cells[%(place)s::int] = ANY (%(words)s::text[])
