-- What one visit in forty found to be otherwise: young ones wait, of the older ones most are decided.
WITH chosen AS (
    SELECT v.id, v.household_id, v.device_at, v.recorded_at, v.recorded_by_id,
           (hashtext('usulan ' || v.id) & 2147483647) AS luck
    FROM facilitators_visit v
    WHERE hashtext('usulan ' || v.id) %% 40 = 0
),
about AS (
    SELECT chosen.*, m.id AS member_id, m.version, CASE
               WHEN m.birth_on > chosen.device_at::date - 18 * 365 THEN 'school_change'
               WHEN m.sex = 'P' AND m.birth_on > chosen.device_at::date - 40 * 365 THEN 'pregnancy'
               ELSE 'correction'
           END AS kind,
           jsonb_build_object(
               'name', m.name, 'birth_on', m.birth_on, 'birth_place', m.birth_place, 'sex', m.sex,
               'relationship', m.relationship, 'status', m.status
           ) AS seen
    FROM chosen
    CROSS JOIN LATERAL (
        SELECT * FROM beneficiaries_member m
        WHERE m.household_id = chosen.household_id AND m.status = 'active'
          AND m.birth_on < chosen.device_at::date - 4 * 365
        ORDER BY m.birth_on DESC LIMIT 1
    ) AS m
),
judged AS (
    SELECT about.*, CASE
        WHEN recorded_at > %(at)s - interval '21 days' OR kind = 'correction' THEN 'open'
        WHEN luck %% 6 = 0 THEN 'refused' ELSE 'accepted'
    END AS state
    FROM about
)
INSERT INTO facilitators_changeproposal
    (visit_id, position, kind, member_id, "values", version, conflict, seen, met, state,
     proposed_by_id, proposed_at, decided_by_id, decided_at, reason)
SELECT id, 0, kind, member_id, CASE kind
           WHEN 'school_change' THEN jsonb_build_object(
               'level', (ARRAY['primary', 'junior', 'senior'])[1 + luck %% 3], 'school', (%(schools)s::text[])[1 + luck %% 3])
           WHEN 'pregnancy' THEN jsonb_build_object('expected_on', (device_at::date + 90 + (luck %% 120))::text)
           ELSE jsonb_build_object('birth_place', 'PRINGSEWU')
       END, version, false, seen, '{}', state, recorded_by_id, recorded_at,
       CASE WHEN state <> 'open' THEN %(decider)s END,
       CASE WHEN state <> 'open' THEN recorded_at + interval '3 days' END,
       CASE WHEN state = 'refused' THEN %(refusal)s ELSE '' END
FROM judged
