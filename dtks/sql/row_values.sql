-- What one row would give to the register, in the order of decisions.TAKEABLE.
-- Parameters: snapshot, row_number, mother_name (place of its cell from 1, or NULL).
SELECT k.nik, left(k.name, 150), k.birth_on, k.sex, left(pkh_name(r.cells[%(mother_name)s]), 150),
       k.kk_number, k.village_id
FROM dtks_rowkey k
JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = k.row_number
WHERE k.snapshot_id = %(snapshot)s AND k.row_number = %(row_number)s
