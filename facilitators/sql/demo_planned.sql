-- What the plans say: most families that were visited and some that were not, a session of every
-- group, and one or two activities, of which one is sometimes left undone.
WITH plans AS (
    SELECT w.id, w.facilitator_id, w.month FROM facilitators_workplan w WHERE w.version = 1
),
drawn AS (
    SELECT p.id AS plan_id, c.household_id,
           EXISTS (
               SELECT FROM facilitators_visit v
               WHERE v.household_id = c.household_id AND v.facilitator_id = p.facilitator_id
                 AND v.device_at >= p.month AND v.device_at < p.month + interval '1 month'
           ) AS visited,
           (hashtext('rencana' || p.month || c.household_id) & 2147483647) %% 100 AS chance
    FROM plans p
    JOIN facilitators_caseloadassignment c
      ON c.facilitator_id = p.facilitator_id AND c.starts_on <= p.month AND c.ends_on IS NULL
),
lines AS (
    SELECT plan_id, 'visit' AS kind, household_id, NULL::bigint AS group_id, '' AS level,
           '' AS place, NULL::date AS planned_on
    FROM drawn
    WHERE chance < CASE WHEN visited THEN 85 ELSE 5 END
    UNION ALL
    SELECT DISTINCT p.id, 'session', NULL::bigint, m.group_id, '', '', NULL::date
    FROM plans p
    JOIN facilitators_caseloadassignment c
      ON c.facilitator_id = p.facilitator_id AND c.starts_on <= p.month AND c.ends_on IS NULL
    JOIN facilitators_learningmembership m
      ON m.household_id = c.household_id AND m.starts_on <= p.month AND m.ends_on IS NULL
    UNION ALL
    SELECT p.id, one.kind, NULL::bigint, NULL::bigint, one.level, one.place || a.name,
           p.month + 6 + (p.facilitator_id %% 15)::integer + one.later
    FROM plans p
    JOIN facilitators_facilitator f ON f.id = p.facilitator_id
    JOIN areas_area a ON a.code = f.base_village_id
    JOIN (VALUES
        (0, 'socialisation', 'village', 'Balai ', 0), (1, 'mentoring', 'household', 'Warung KPM, ', 3),
        (2, 'mediation', 'village', 'Kantor ', 5), (3, 'advocacy', 'subdistrict', 'Puskesmas ', 2),
        (0, 'mediation', 'household', 'Rumah KPM, ', 4), (2, 'mentoring', 'village', 'Balai ', 1)
    ) AS one (turn, kind, level, place, later)
      ON one.turn = (p.facilitator_id + extract(month FROM p.month)::integer) %% 4
)
INSERT INTO facilitators_plannedwork
    (plan_id, kind, household_id, group_id, level, place, planned_on)
SELECT plan_id, kind, household_id, group_id, level, place, planned_on FROM lines
ORDER BY plan_id, kind, household_id, group_id
