-- Figures that are no numbers, cannot be, or do not fit each other. Needs attendance_row.
-- Parameters: snapshot, severities, month_names.
CREATE TEMP TABLE staging_found (row_number, code, severity, field, column_index, value, params) AS
SELECT
    found.row_number, found.code, %(severities)s::jsonb ->> found.code, '', found.place - 1,
    coalesce(left(found.value, 40), ''), found.params
FROM (
    SELECT
        a.row_number, 'attendance_unreadable' AS code, a.wrong_at AS place,
        btrim(r.cells[a.wrong_at]) AS value, '{}'::jsonb AS params
    FROM attendance_row a
    JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = a.row_number
    WHERE a.wrong_at IS NOT NULL
    UNION ALL
    SELECT
        row_number, 'attendance_impossible', coalesce(without_leave_at, sum_at), '',
        jsonb_build_object(
            'days', greatest(days, absent), 'month', (%(month_names)s::text[])[nth]
        )
    FROM attendance_row
    WHERE wrong_at IS NULL
        AND (days > 31 OR absent > 31 OR absent > days OR percent > 100 OR days < 0)
    UNION ALL
    SELECT row_number, 'attendance_empty', NULL, '', '{}'
    FROM attendance_row
    GROUP BY row_number
    HAVING NOT bool_or(says)
    UNION ALL
    SELECT
        row_number, 'attendance_sum_differs', sum_at, sum::text,
        jsonb_build_object(
            'month', (%(month_names)s::text[])[nth],
            'expected', CASE WHEN %(sums)s = 'absent' THEN absent ELSE effective - absent END
        )
    FROM attendance_row
    WHERE wrong_at IS NULL AND sum IS NOT NULL AND (
        (%(sums)s = 'absent' AND sum <> absent)
        OR (%(sums)s = 'present' AND effective >= absent AND sum <> effective - absent)
    )
    UNION ALL
    SELECT
        row_number, 'attendance_percent_differs', percent_at, round(percent, 1)::text,
        jsonb_build_object(
            'month', (%(month_names)s::text[])[nth],
            'computed', round(100.0 * (days - absent) / days, 1)::text
        )
    FROM attendance_row
    WHERE wrong_at IS NULL AND days > 0 AND days BETWEEN absent AND 31
        AND abs(percent - 100.0 * (days - absent) / days) > 1
) AS found
