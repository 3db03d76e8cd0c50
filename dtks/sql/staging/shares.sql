-- How the numbers of a file look as a whole, to notice swapped columns and lost digits. Every nth
-- row is enough for a share. Parameters: snapshot, nik (place from 1 or NULL), nth.
SELECT
    count(*) AS rows,
    count(*) FILTER (WHERE nik_agrees IS NOT NULL AND card_agrees IS NOT NULL) AS comparable,
    count(*) FILTER (WHERE NOT nik_agrees AND card_agrees) AS swapped,
    greatest(
        count(*) FILTER (WHERE nik_state = 'truncated'),
        count(*) FILTER (WHERE kk_state = 'truncated')
    ) AS truncated,
    count(*) FILTER (WHERE is_numeric) AS "numeric",
    greatest(
        count(*) FILTER (WHERE right(nik, 1) = '0'), count(*) FILTER (WHERE right(kk_number, 1) = '0')
    ) AS round
FROM (
    SELECT
        k.nik, k.kk_number, k.nik_state, k.kk_state,
        pkh_nik_agrees(k.nik, k.birth_on, NULL) AS nik_agrees,
        pkh_nik_agrees(k.kk_number, k.birth_on, NULL) AS card_agrees,
        coalesce(
            (%(nik)s - 1) = ANY (r."numeric") OR (%(kk_number)s - 1) = ANY (r."numeric"), false
        ) AS is_numeric
    FROM dtks_rowkey k
    JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = k.row_number
    WHERE k.snapshot_id = %(snapshot)s AND k.row_number %% %(nth)s = 0
    OFFSET 0
) AS sample
