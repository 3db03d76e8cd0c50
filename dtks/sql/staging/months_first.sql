-- Dates that make sense only with the month before the day. Parameters: snapshot, birth_date (place).
SELECT count(*)
FROM dtks_rowkey k
JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = k.row_number
WHERE k.snapshot_id = %(snapshot)s AND k.birth_on IS NULL
    AND r.cells[%(birth_date)s::int] ~ '^\s*(0?[1-9]|1[0-2])[/. -](1[3-9]|2[0-9]|3[01])[/. -][0-9]{4}(\s+[0-9:.]+( ?[AaPp][Mm])?)?\s*$'
