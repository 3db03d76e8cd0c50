-- Nine of ten planned activities were done, and some work nobody plans: meetings, publications,
-- and the report of every month that is over.
WITH wanted AS (
    SELECT w.facilitator_id, l.kind, l.level, l.place, l.planned_on AS held_on
    FROM facilitators_workplan w
    JOIN facilitators_plannedwork l ON l.plan_id = w.id
    WHERE l.planned_on IS NOT NULL AND (hashtext(l.id::text) & 2147483647) %% 10 > 0
    UNION ALL
    SELECT f.id, more.kind, 'subdistrict', more.place || coalesce(a.name, ''), month.day + more.later
    FROM facilitators_facilitator f
    LEFT JOIN areas_area a ON a.code = left(f.base_village_id, 8)
    CROSS JOIN unnest(%(months)s::date[]) AS month (day)
    JOIN (VALUES
        (0, 'meeting', 'Aula kecamatan ', 9), (1, 'publication', 'Media sosial kecamatan ', 15),
        (2, 'disbursement', 'Agen penyaluran ', 12), (2, 'audit', 'Kantor kecamatan ', 18)
    ) AS more (turn, kind, place, later) ON more.turn = (f.id + extract(month FROM month.day)::integer) %% 3
    UNION ALL
    SELECT f.id, 'report', 'district', 'Dinas Sosial', (month.day + interval '1 month 2 days')::date
    FROM facilitators_facilitator f
    CROSS JOIN unnest(%(months)s::date[]) AS month (day)
)
INSERT INTO facilitators_activity
    (id, facilitator_id, kind, level, held_on, place, participants, note, sent_sha256, by_id,
     recorded_at, withdrawn_reason)
SELECT DISTINCT ON (key.id) key.id, wanted.facilitator_id, wanted.kind, wanted.level, wanted.held_on,
       wanted.place,
       CASE wanted.level WHEN 'household' THEN 1 WHEN 'village' THEN 12 + wanted.facilitator_id %% 20 ELSE 25 END,
       '', encode(sha256(key.id::text::bytea), 'hex'), coalesce(f.user_id, %(by)s),
       wanted.held_on + interval '10 hours', ''
FROM wanted
JOIN facilitators_facilitator f
  ON f.id = wanted.facilitator_id AND f.position IN ('facilitator', 'subdistrict_lead')
CROSS JOIN LATERAL (
    SELECT md5('kegiatan contoh ' || wanted.facilitator_id || wanted.kind || wanted.level || wanted.held_on)::uuid
) AS key (id)
WHERE wanted.held_on <= %(today)s
