-- How the numbers of a file look as a whole, to notice swapped columns and lost digits.
-- Parameters: snapshot, nik (place from 1 or NULL).
SELECT
    count(*) AS rows,
    count(*) FILTER (
        WHERE pkh_nik_agrees(nik, birth_on, NULL) IS NOT NULL
            AND pkh_nik_agrees(kk_number, birth_on, NULL) IS NOT NULL
    ) AS comparable,
    count(*) FILTER (
        WHERE NOT pkh_nik_agrees(nik, birth_on, NULL) AND pkh_nik_agrees(kk_number, birth_on, NULL)
    ) AS swapped,
    count(*) FILTER (WHERE nik_state = 'truncated') AS truncated,
    (
        SELECT count(*) FROM dtks_sourcerow
        WHERE snapshot_id = %(snapshot)s AND (%(nik)s - 1) = ANY ("numeric")
    ) AS numeric
FROM dtks_rowkey
WHERE snapshot_id = %(snapshot)s
