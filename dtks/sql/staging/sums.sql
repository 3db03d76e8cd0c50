-- Months in which JML is the sum of the absences, and months in which it is more than that.
-- Parameters as attendance_rows.sql.
SELECT
    count(*) FILTER (WHERE said.sum = absent.days AND (said.sum > 0 OR said.percent > 0)),
    count(*) FILTER (WHERE said.sum > absent.days)
FROM dtks_sourcerow r
CROSS JOIN unnest(
    %(without_leave)s::int[], %(with_leave)s::int[], %(ill)s::int[], %(sum)s::int[],
    %(percent)s::int[]
) AS p (without_leave, with_leave, ill, sum, percent)
CROSS JOIN LATERAL (
    SELECT pkh_days(r.cells[p.sum]) AS sum, pkh_percent(r.cells[p.percent]) AS percent
) AS said
CROSS JOIN LATERAL (
    SELECT coalesce(pkh_days(r.cells[p.without_leave]), 0)
        + coalesce(pkh_days(r.cells[p.with_leave]), 0) + coalesce(pkh_days(r.cells[p.ill]), 0) AS days
) AS absent
WHERE r.snapshot_id = %(snapshot)s AND said.sum >= 0
