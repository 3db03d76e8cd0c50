-- One session a group and month: on a working day between the 5th and the 25th.
WITH topics AS (
    SELECT t.id, row_number() OVER (ORDER BY m.position, t.number) - 1 AS place,
           count(*) OVER () AS number
    FROM facilitators_learningtopic t
    JOIN facilitators_learningmodule m ON m.id = t.module_id
    WHERE m.code NOT IN ('stunting', 'adaptif')
),
planned AS (
    SELECT g.id AS group_id, v.name AS village, month.nth,
           month.day::date + 4 + (g.id * 7 + month.nth * 3)::integer %% 19 AS near
    FROM facilitators_learninggroup g
    JOIN areas_area v ON v.code = g.village_id
    CROSS JOIN unnest(%(months)s::date[]) WITH ORDINALITY AS month (day, nth)
),
held AS (
    SELECT group_id, village, nth,
           near + CASE extract(isodow FROM near) WHEN 6 THEN 2 WHEN 7 THEN 1 ELSE 0 END AS held_on
    FROM planned
)
INSERT INTO facilitators_learningsession
    (id, group_id, topic_id, facilitator_id, held_on, place, understanding, note, guests,
     sent_sha256, by_id, recorded_at)
SELECT md5('sesi contoh ' || held.group_id || held.held_on)::uuid, held.group_id, topics.id,
       accompanies.facilitator_id, held.held_on, 'Balai ' || held.village,
       (ARRAY['good', 'good', 'very_good', 'low'])[held.group_id %% 4 + 1], '',
       held.group_id %% 3,
       encode(sha256(('sesi contoh ' || held.group_id || held.held_on)::bytea), 'hex'),
       coalesce(f.user_id, %(by)s), held.held_on + interval '1 day 2 hours'
FROM held
JOIN topics ON topics.place = (held.group_id + held.nth) %% topics.number
CROSS JOIN LATERAL (
    SELECT c.facilitator_id
    FROM facilitators_learningmembership m
    JOIN facilitators_caseloadassignment c
      ON c.household_id = m.household_id
     AND c.starts_on <= held.held_on AND (c.ends_on IS NULL OR c.ends_on >= held.held_on)
    WHERE m.group_id = held.group_id
    LIMIT 1
) AS accompanies
JOIN facilitators_facilitator f ON f.id = accompanies.facilitator_id
