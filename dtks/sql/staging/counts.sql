-- What reading a file amounts to. Parameter: snapshot.
SELECT
    (SELECT count(*) FROM dtks_sourcerow WHERE snapshot_id = %(snapshot)s),
    (
        SELECT count(DISTINCT row_number) FROM dtks_rowproblem
        WHERE snapshot_id = %(snapshot)s AND severity = 'reject'
    ),
    (
        SELECT count(DISTINCT row_number) FROM dtks_rowproblem
        WHERE snapshot_id = %(snapshot)s AND severity = 'warn'
    ),
    (
        SELECT coalesce(jsonb_object_agg(code, rows), '{}')
        FROM (
            SELECT code, count(DISTINCT row_number) AS rows
            FROM dtks_rowproblem
            WHERE snapshot_id = %(snapshot)s
            GROUP BY code
        ) AS kinds
    )
