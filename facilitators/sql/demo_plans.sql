-- A plan a facilitator and month, but for the last month of every twelfth, who has none yet.
INSERT INTO facilitators_workplan
    (facilitator_id, month, version, reason, content_sha256, by_id, submitted_at)
SELECT f.id, month.day, 1, '', md5('rencana contoh ' || f.id || month.day), coalesce(f.user_id, %(by)s),
       month.day - interval '4 days' + interval '9 hours' + f.id %% 7 * interval '1 hour'
FROM facilitators_facilitator f
CROSS JOIN unnest(%(months)s::date[]) WITH ORDINALITY AS month (day, nth)
WHERE f.position IN ('facilitator', 'subdistrict_lead')
  AND (month.nth < cardinality(%(months)s::date[]) OR f.id %% 12 <> 0 OR f.user_id IS NOT NULL)
