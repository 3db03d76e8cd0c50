-- Months to hand down to the commitment checks (facilitators/sql/commitments/load.sql): pupils
-- the register knows, rows nobody rejected, months with figures. Needs pupil and attendance_row.
-- Parameters: snapshot, year, npsn, school (places or NULL), said_npsn, said_school (of the file).
DROP TABLE IF EXISTS commitment_row;
CREATE TEMP TABLE commitment_row AS
SELECT
    u.member_id, u.household_id, u.component,
    coalesce(
        substring(upper(r.cells[%(npsn)s::int]) FROM '^\s*([0-9A-Z]{8})\s*$'), nullif(%(said_npsn)s, '')
    ) AS npsn,
    coalesce(nullif(btrim(r.cells[%(school)s::int]), ''), %(said_school)s) AS school,
    make_date(%(year)s, a.month, 1) AS month, a.days,
    CASE WHEN said.figures THEN coalesce(a.without_leave, 0) END AS without_leave,
    CASE WHEN said.figures THEN coalesce(a.with_leave, 0) END AS with_leave,
    CASE WHEN said.figures THEN coalesce(a.ill, 0) END AS ill,
    a.percent AS stated_percent, a.row_number
FROM pupil u
JOIN attendance_row a ON a.row_number = u.row_number AND a.says
-- A percentage alone says nothing about days absent.
CROSS JOIN LATERAL (
    SELECT num_nonnulls(a.days, a.without_leave, a.with_leave, a.ill) > 0 AS figures
) AS said
JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = u.row_number
WHERE u.problem IS NULL
    AND NOT EXISTS (
        SELECT FROM dtks_rowproblem p
        WHERE p.snapshot_id = %(snapshot)s AND p.row_number = u.row_number
            AND p.severity = 'reject'
    )
