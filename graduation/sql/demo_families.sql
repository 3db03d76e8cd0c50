-- Families that left before the demo office opened, drawn from a number so that the same office is
-- made again. Parameters: office; plan, a JSON list of {year, quarters, code, count}; by; at.
CREATE TEMP TABLE demo_known ON COMMIT DROP AS
SELECT h.id, h.desa_id, m.name,
    row_number() OVER (ORDER BY coalesce(h.first_year, 9999), h.id) AS n
FROM beneficiaries_household h
JOIN beneficiaries_member m ON m.id = h.caretaker_id
WHERE h.status <> 'exited' AND starts_with(h.desa_id, %(office)s || '.');
CREATE INDEX ON demo_known (n);

CREATE TEMP TABLE demo_village ON COMMIT DROP AS
SELECT DISTINCT ON (h.desa_id) h.desa_id, c.facilitator_id, f.user_id
FROM facilitators_caseloadassignment c
JOIN beneficiaries_household h ON h.id = c.household_id
JOIN facilitators_facilitator f ON f.id = c.facilitator_id
WHERE c.ends_on IS NULL
ORDER BY h.desa_id, f.user_id NULLS LAST, c.facilitator_id;

CREATE TEMP TABLE demo_left ON COMMIT DROP AS
WITH planned AS (
    SELECT row_number() OVER () AS n, p.code, q.begins
    FROM jsonb_to_recordset(%(plan)s::jsonb) AS p (code text, begins date, count integer)
    CROSS JOIN LATERAL (SELECT p.begins) AS q
    CROSS JOIN LATERAL generate_series(1, p.count)
), counted AS (
    SELECT count(*) AS families FROM demo_known
)
SELECT
    p.n,
    nextval(pg_get_serial_sequence('beneficiaries_household', 'id')) AS household_id,
    nextval(pg_get_serial_sequence('beneficiaries_member', 'id')) AS member_id,
    gen_random_uuid() AS case_id,
    gen_random_uuid() AS exit_id,
    t.id AS type_id, t.headline, t.code,
    (
        SELECT r.id FROM graduation_exitreason r
        WHERE r.type_id = t.id
        ORDER BY hashtext(r.code || p.n), r.id LIMIT 1
    ) AS reason_id,
    k.desa_id,
    split_part(k.name, ' ', 1) || ' ' || reverse(split_part(reverse(o.name), ' ', 1)) AS name,
    p.begins + (p.n * 17 %% 84)::int AS left_on,
    v.facilitator_id,
    coalesce(v.user_id, %(proposer)s) AS proposed_by
FROM planned p
CROSS JOIN counted c
JOIN graduation_exittype t ON t.code = p.code
JOIN demo_known k ON k.n = 1 + p.n * 7919 %% c.families
JOIN demo_known o ON o.n = 1 + p.n * 104729 %% c.families
LEFT JOIN demo_village v ON v.desa_id = k.desa_id;
ANALYZE demo_left;

INSERT INTO beneficiaries_household
    (id, status, kk_number, desa_id, rt, rw, caretaker_id, first_year, first_stage, exited_on)
SELECT household_id, 'exited', '9917' || lpad(n::text, 12, '0'), desa_id,
    lpad((1 + n %% 9)::text, 3, '0'), lpad((1 + n %% 4)::text, 3, '0'), member_id,
    2010 + n %% 10, 1 + n %% 4, left_on
FROM demo_left;

INSERT INTO beneficiaries_member
    (id, household_id, nik, name, birth_on, sex, relationship, birth_place, mother_name)
SELECT member_id, household_id, '9918' || lpad(n::text, 12, '0'), name,
    date '1960-01-01' + (n * 37 %% 12000)::int, 'P', 'spouse', '', ''
FROM demo_left;

INSERT INTO beneficiaries_householdstatuschange (household_id, status, "on", reason, by_id, recorded_at)
SELECT household_id, 'exited', left_on, '', %(by)s, %(at)s FROM demo_left;

INSERT INTO graduation_graduationcase
    (id, household_id, type_id, reason_id, state, opened_at, moved_at, proposed_by_id, verified_by_id,
     approved_by_id, approved_on, submitted_on, submitted_as, opened_in_id, content_sha256)
SELECT case_id, household_id, type_id, reason_id, 'confirmed', left_on - interval '70 days',
    left_on + interval '9 hours', proposed_by, %(verifier)s, %(approver)s, left_on - 25,
    left_on - 20, 'SIKS-' || extract(year FROM left_on) || '-' || n, desa_id, ''
FROM demo_left
WHERE headline <> '';

INSERT INTO graduation_casestep (case_id, earlier, state, "on", reason, by_id, at)
SELECT l.case_id, s.earlier, s.state, l.left_on - s.days, '',
    CASE s.who WHEN 1 THEN l.proposed_by WHEN 2 THEN %(verifier)s WHEN 3 THEN %(approver)s ELSE %(by)s END,
    l.left_on - s.days + interval '9 hours'
FROM demo_left l
CROSS JOIN (VALUES
    (1, '', 'potential', 70, 1), (2, 'potential', 'proposed', 60, 1), (3, 'proposed', 'visited', 50, 1),
    (4, 'visited', 'verified', 40, 2), (5, 'verified', 'approved', 25, 3),
    (6, 'approved', 'submitted', 20, 4), (7, 'submitted', 'confirmed', 0, 4)
) AS s (nth, earlier, state, days, who)
WHERE l.headline <> ''
ORDER BY l.n, s.nth;

INSERT INTO graduation_exit
    (id, household_id, type_id, reason_id, case_id, "on", basis, document_number, desa_id,
     facilitator_id, recorded_by_id, recorded_at, reentry_note, withdrawal_reason)
SELECT exit_id, household_id, type_id, reason_id, CASE WHEN headline <> '' THEN case_id END, left_on,
    CASE WHEN headline <> '' THEN 'closing' ELSE 'office' END, '', desa_id, facilitator_id, %(by)s,
    %(at)s, '', ''
FROM demo_left;

INSERT INTO graduation_exitentry
    (exit_id, year, quarter, type_id, reason_id, desa_id, facilitator_id, sign, at)
SELECT exit_id, extract(year FROM left_on), extract(quarter FROM left_on), type_id, reason_id, desa_id,
    facilitator_id, 1, %(at)s
FROM demo_left;

INSERT INTO graduation_monitoring
    (exit_id, month, due_on, done_on, condition, note, by_id, recorded_at)
SELECT l.exit_id, m.month, d.due_on, seen.done_on,
    CASE WHEN seen.done_on IS NULL THEN ''
        ELSE (ARRAY['better', 'same', 'same', 'same', 'worse', 'not_met'])[1 + (l.n + m.month) %% 6] END,
    '', CASE WHEN seen.done_on IS NOT NULL THEN %(verifier)s END,
    CASE WHEN seen.done_on IS NOT NULL THEN seen.done_on + interval '9 hours' END
FROM demo_left l
CROSS JOIN (VALUES (3), (6), (12)) AS m (month)
CROSS JOIN LATERAL (SELECT (l.left_on + make_interval(months => m.month))::date AS due_on) d
CROSS JOIN LATERAL (
    SELECT CASE WHEN d.due_on + 10 < %(at)s::date
            AND (l.left_on < date '2023-01-01' OR (l.n * 13 + m.month) %% 100 < 82)
        THEN d.due_on + (l.n %% 9)::int END AS done_on
) seen
WHERE l.headline <> '';

-- What the ministry paid in those years: the first families of today and those that left since.
INSERT INTO beneficiaries_householdperiod (household_id, year, stage, counts, ministry_status)
SELECT household_id, 2022, 1, '{}'::jsonb, '' FROM demo_left WHERE extract(year FROM left_on) = 2022
UNION ALL
SELECT id, 2022, 1, '{}'::jsonb, '' FROM demo_known WHERE n <= %(stayed)s
UNION ALL
SELECT id, 2023, 2, '{}'::jsonb, '' FROM demo_known WHERE n <= %(listed_later)s
ON CONFLICT DO NOTHING;

UPDATE beneficiaries_household h
SET first_year = p.earliest / 10, first_stage = p.earliest %% 10, version = h.version + 1
FROM demo_known k
JOIN (
    SELECT household_id, min(year * 10 + stage) AS earliest
    FROM beneficiaries_householdperiod GROUP BY household_id
) p ON p.household_id = k.id
WHERE h.id = k.id AND p.earliest < h.first_year * 10 + h.first_stage;

ANALYZE beneficiaries_household, beneficiaries_member, beneficiaries_householdperiod,
    graduation_graduationcase, graduation_casestep, graduation_exit, graduation_exitentry
