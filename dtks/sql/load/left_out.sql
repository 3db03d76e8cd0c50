-- Rows that reading found usable and loading could not place, by reason. Parameter: snapshot.
SELECT coalesce(jsonb_object_agg(reason, number), '{}')
FROM (
    SELECT
        CASE
            WHEN k.nik IS NULL THEN 'no_nik'
            WHEN k.name IS NULL THEN 'no_name'
            WHEN r.row_number IS NULL THEN 'same_row_twice'
            WHEN r.kk_number IS NULL THEN 'no_family_card'
            ELSE 'village_unknown'
        END AS reason,
        count(*) AS number
    FROM dtks_rowkey k
    LEFT JOIN load_row r ON r.row_number = k.row_number
    LEFT JOIN load_link l ON l.row_number = k.row_number
    WHERE k.snapshot_id = %(snapshot)s
        AND l.row_number IS NULL
        AND NOT EXISTS (
            SELECT FROM dtks_rowproblem p
            WHERE p.snapshot_id = %(snapshot)s
                AND p.row_number = k.row_number
                AND p.severity = 'reject'
        )
    GROUP BY 1
) reasons
