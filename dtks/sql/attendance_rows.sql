-- What every row of a school's file says of every month, cleaned. `days` are the effective days:
-- said in the header, or present and absent together. A month without any figure says nothing.
-- Parameters: snapshot; months, effective, without_leave, with_leave, ill, sum, percent (arrays
-- side by side, places from 1 or NULL); sums ('present', 'absent' or '': what JML means).
DROP TABLE IF EXISTS attendance_row;
CREATE TEMP TABLE attendance_row AS
SELECT
    r.row_number, p.nth, p.month, p.effective, said.*, without_leave_at, with_leave_at, ill_at, sum_at,
    percent_at, places.wrong_at,
    coalesce(said.without_leave, 0) + coalesce(said.with_leave, 0) + coalesce(said.ill, 0) AS absent,
    said.without_leave IS NOT NULL OR said.with_leave IS NOT NULL OR said.ill IS NOT NULL
        OR said.sum IS NOT NULL OR said.percent IS NOT NULL AS says
FROM dtks_sourcerow r
CROSS JOIN unnest(
    %(months)s::int[], %(effective)s::int[], %(without_leave)s::int[], %(with_leave)s::int[],
    %(ill)s::int[], %(sum)s::int[], %(percent)s::int[]
) WITH ORDINALITY AS p (
    month, effective, without_leave_at, with_leave_at, ill_at, sum_at, percent_at, nth
)
CROSS JOIN LATERAL (
    SELECT
        pkh_days(r.cells[p.without_leave_at]) AS without_leave,
        pkh_days(r.cells[p.with_leave_at]) AS with_leave,
        pkh_days(r.cells[p.ill_at]) AS ill,
        pkh_days(r.cells[p.sum_at]) AS sum,
        pkh_percent(r.cells[p.percent_at]) AS percent,
        btrim(coalesce(r.cells[p.percent_at], ''), E' -\t\u00a0') <> ''
            AND pkh_percent(r.cells[p.percent_at]) IS NULL AS percent_unreadable
) AS said
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN said.without_leave = -1 THEN p.without_leave_at
        WHEN said.with_leave = -1 THEN p.with_leave_at
        WHEN said.ill = -1 THEN p.ill_at
        WHEN said.sum = -1 THEN p.sum_at
        WHEN said.percent_unreadable THEN p.percent_at
    END AS wrong_at
) AS places
WHERE r.snapshot_id = %(snapshot)s;
ALTER TABLE attendance_row ADD days integer;
UPDATE attendance_row
SET days = CASE
    WHEN NOT says OR wrong_at IS NOT NULL THEN NULL
    WHEN effective IS NOT NULL THEN effective
    WHEN %(sums)s = 'present' AND sum IS NOT NULL THEN sum + absent
END
