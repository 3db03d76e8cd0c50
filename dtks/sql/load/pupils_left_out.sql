-- Rows that reading found usable and whose attendance was not taken over, by reason. Needs pupil.
-- Parameter: snapshot.
SELECT coalesce(jsonb_object_agg(reason, number), '{}')
FROM (
    SELECT coalesce(u.problem, 'attendance_empty') AS reason, count(*) AS number
    FROM pupil u
    WHERE NOT EXISTS (SELECT FROM commitment_row r WHERE r.row_number = u.row_number)
        AND NOT EXISTS (
            SELECT FROM dtks_rowproblem p
            WHERE p.snapshot_id = %(snapshot)s AND p.row_number = u.row_number
                AND p.severity = 'reject'
        )
    GROUP BY 1
) AS reasons
