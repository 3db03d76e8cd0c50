-- What was planned and what was done in a month, a row each: (facilitator, kind, side, id, day, met).
-- A planned line is met when as many records exist as lines up to it: of the same family, the
-- same group, or the same kind and level. A record nobody planned still counts as done.
WITH plan AS (
    SELECT DISTINCT ON (facilitator_id) id, facilitator_id
    FROM facilitators_workplan
    WHERE month = %(month)s AND facilitator_id = ANY (%(facilitators)s)
    ORDER BY facilitator_id, version DESC
),
planned AS (
    SELECT plan.facilitator_id, w.kind, w.id, w.planned_on, said.about,
           row_number() OVER (
               PARTITION BY plan.facilitator_id, w.kind, said.about ORDER BY w.planned_on, w.id
           ) AS nth
    FROM plan
    JOIN facilitators_plannedwork w ON w.plan_id = plan.id
    CROSS JOIN LATERAL (SELECT coalesce(w.household_id::text, w.group_id::text, w.level)) AS said (about)
),
done AS (
    SELECT v.facilitator_id, 'visit' AS kind, v.household_id::text AS about, v.id::text AS id,
           (v.device_at AT TIME ZONE %(zone)s)::date AS day
    FROM facilitators_visit v
    WHERE v.facilitator_id = ANY (%(facilitators)s)
      AND v.device_at >= %(starts)s AND v.device_at < %(ends)s
    UNION ALL
    SELECT s.facilitator_id, 'session', s.group_id::text, s.id::text, s.held_on
    FROM facilitators_learningsession s
    WHERE s.facilitator_id = ANY (%(facilitators)s)
      AND s.held_on >= %(month)s AND s.held_on < %(after)s
    UNION ALL
    SELECT a.facilitator_id, a.kind, a.level, a.id::text, a.held_on
    FROM facilitators_activity a
    WHERE a.facilitator_id = ANY (%(facilitators)s) AND a.withdrawn_at IS NULL
      AND a.kind = ANY (%(kinds)s) AND a.held_on >= %(month)s AND a.held_on < %(after)s
),
made AS (
    SELECT facilitator_id, kind, about, count(*) AS number FROM done GROUP BY 1, 2, 3
)
SELECT facilitator_id, kind, 'planned' AS side, planned.id::text AS id, planned_on AS day,
       nth <= coalesce(made.number, 0) AS met
FROM planned
LEFT JOIN made USING (facilitator_id, kind, about)
UNION ALL
SELECT facilitator_id, kind, 'done', id, day, true
FROM done
