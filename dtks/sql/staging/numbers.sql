-- NIK and family-card numbers that cannot be used, and those that only had to be tidied.
-- Parameters: snapshot; nik, kk_number (places from 1 or NULL); severities (code -> severity).
CREATE TEMP TABLE staging_found (row_number, code, severity, field, column_index, value, params) AS
SELECT
    k.row_number, found.code, %(severities)s::jsonb ->> found.code, said.field,
    said.place - 1,
    CASE WHEN said.cell ~ '[0-9]' THEN left(pkh_mask(said.cell), 40) ELSE left(said.cell, 40) END,
    CASE
        WHEN said.state IN ('short', 'long')
        THEN jsonb_build_object('digits', length(pkh_digits(said.cell)))
        ELSE '{}'
    END
FROM dtks_rowkey k
JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = k.row_number
CROSS JOIN LATERAL (
    VALUES
        ('nik', 'nik_', %(nik)s::int, coalesce(r.cells[%(nik)s::int], ''), k.nik_state),
        (
            'kk_number', 'kk_', %(kk_number)s::int, coalesce(r.cells[%(kk_number)s::int], ''),
            k.kk_state
        )
) AS said (field, prefix, place, cell, state)
CROSS JOIN LATERAL (
    SELECT said.prefix || CASE said.state
        WHEN 'short' THEN 'length'
        WHEN 'long' THEN 'length'
        WHEN 'repeated' THEN 'repeated_digits'
        ELSE said.state
    END AS code
) AS found
WHERE k.snapshot_id = %(snapshot)s
    AND said.place IS NOT NULL
    AND said.state <> 'ok'
    -- Most rows are in order: they leave here, before anything is made of them.
    AND (k.nik_state <> 'ok' OR k.kk_state <> 'ok')
