-- Records the nine results are counted from, a row each, with the day, whether the matter is
-- settled and whether something shows it: (result, facilitator, source, id, day, settled, shown).
-- A source that is in no target of the day counts nowhere.
WITH kept AS (
    SELECT 'session' AS source, s.facilitator_id, s.id::text AS id, s.held_on AS day,
           true AS settled, 'facilitators.learningsession' AS owner
    FROM facilitators_learningsession s
    WHERE s.facilitator_id = ANY (%(facilitators)s)
      AND s.held_on >= %(first)s AND s.held_on < %(after)s
    UNION ALL
    -- A case is settled when no step was left open, or somebody came to the family again.
    SELECT 'visit.' || v.purpose, v.facilitator_id, v.id::text,
           (v.device_at AT TIME ZONE %(zone)s)::date,
           v.next_step = '' OR EXISTS (
               SELECT FROM facilitators_visit later
               WHERE later.household_id = v.household_id AND later.device_at > v.device_at
           ),
           'facilitators.visit'
    FROM facilitators_visit v
    WHERE v.facilitator_id = ANY (%(facilitators)s)
      AND v.device_at >= %(starts)s AND v.device_at < %(ends)s
    UNION ALL
    SELECT 'activity.' || a.kind, a.facilitator_id, a.id::text, a.held_on, NULL,
           'facilitators.activity'
    FROM facilitators_activity a
    WHERE a.facilitator_id = ANY (%(facilitators)s) AND a.withdrawn_at IS NULL
      AND a.held_on >= %(first)s AND a.held_on < %(after)s
    UNION ALL
    -- Commitments verified: one record a school or family and day on which he wrote figures down.
    -- The figures are the evidence; those read from a school's file are the operator's work.
    SELECT DISTINCT 'commitment_check', f.id,
           coalesce('school.' || c.school_id, 'family.' || c.household_id) || '.' || said.day,
           said.day, true, NULL
    FROM facilitators_facilitator f
    JOIN facilitators_commitmentmonth m ON m.recorded_by_id = f.user_id AND m.loaded_from IS NULL
    JOIN facilitators_commitmentcheck c ON c.id = m.check_of_id
    CROSS JOIN LATERAL (SELECT (m.recorded_at AT TIME ZONE %(zone)s)::date) AS said (day)
    WHERE f.id = ANY (%(facilitators)s)
      AND m.recorded_at >= %(starts)s AND m.recorded_at < %(ends)s
)
SELECT t.number AS result, kept.facilitator_id, kept.source, kept.id, kept.day,
       coalesce(kept.settled, shown.yes) AS settled, shown.yes AS shown
FROM kept
JOIN facilitators_performancetarget t
  ON t.id = ANY (%(targets)s) AND kept.source = ANY (t.sources)
CROSS JOIN LATERAL (
    SELECT kept.owner IS NULL OR EXISTS (
        SELECT FROM documents_document d
        WHERE d.owner_type = kept.owner AND d.owner_id = kept.id
    )
) AS shown (yes)
