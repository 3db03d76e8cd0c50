-- Open cases of families of today at every stage, proposed by who accompanies them.
-- Parameters: office, today, zone; proposer, verifier, approver, by (users); many (how many).
CREATE TEMP TABLE demo_open ON COMMIT DROP AS
WITH ready AS (
    SELECT h.id AS household_id, h.desa_id, coalesce(f.user_id, %(proposer)s) AS proposed_by,
        v.id AS visit_id, v.device_at,
        row_number() OVER (ORDER BY hashtext('graduasi ' || h.id), h.id) AS n
    FROM beneficiaries_household h
    JOIN facilitators_caseloadassignment c ON c.household_id = h.id AND c.ends_on IS NULL
    JOIN facilitators_facilitator f ON f.id = c.facilitator_id
    JOIN LATERAL (
        SELECT v.id, v.device_at FROM facilitators_visit v
        WHERE v.household_id = h.id AND v.device_at > %(today)s::date - 80
        ORDER BY v.device_at DESC LIMIT 1
    ) v ON true
    WHERE h.status = 'active' AND starts_with(h.desa_id, %(office)s || '.')
        AND (f.user_id IS NOT NULL OR hashtext('usul ' || h.id) %% 10 = 0)
), chosen AS (
    SELECT ready.*,
        (ARRAY['potential', 'potential', 'potential', 'proposed', 'proposed', 'visited', 'verified',
               'approved', 'submitted', 'rejected'])[1 + n %% 10] AS state
    FROM ready WHERE n <= %(many)s
)
SELECT c.*, gen_random_uuid() AS case_id, t.id AS type_id,
    (SELECT r.id FROM graduation_exitreason r WHERE r.type_id = t.id
     ORDER BY hashtext(r.code || c.n), r.id LIMIT 1) AS reason_id
FROM chosen c
JOIN graduation_exittype t ON t.code = CASE
    WHEN c.state IN ('potential', 'proposed', 'rejected')
        THEN (ARRAY['prosperous', 'local_eligibility', 'natural'])[1 + c.n / 10 %% 3]
    WHEN c.state IN ('visited', 'verified')
        THEN (ARRAY['prosperous', 'local_eligibility'])[1 + c.n / 10 %% 2]
    ELSE 'local_eligibility' END;

CREATE TEMP TABLE demo_steps ON COMMIT DROP AS
SELECT o.n, o.case_id, s.nth, s.earlier, s.state,
    -- The visit lies where it was made; what follows comes a few days apart until yesterday.
    least(
        o.device_at + make_interval(days => s.days),
        %(today)s::date - make_interval(days => 1, hours => 7 - s.nth)
    ) AS at,
    CASE s.who WHEN 1 THEN o.proposed_by WHEN 2 THEN %(verifier)s WHEN 3 THEN %(approver)s ELSE %(by)s END AS by_id,
    CASE s.state WHEN 'rejected' THEN 'Masih membutuhkan bantuan: pencari nafkah sakit.' ELSE '' END AS reason
FROM demo_open o
JOIN (VALUES
    (1, '', 'potential', -14, 1, 'potential,proposed,visited,verified,approved,submitted,rejected'),
    (2, 'potential', 'proposed', -7, 1, 'proposed,visited,verified,approved,submitted,rejected'),
    (3, 'proposed', 'visited', 0, 1, 'visited,verified,approved,submitted'),
    (4, 'visited', 'verified', 5, 2, 'verified,approved,submitted'),
    (5, 'verified', 'approved', 12, 3, 'approved,submitted'),
    (6, 'approved', 'submitted', 15, 4, 'submitted'),
    (7, 'proposed', 'rejected', 3, 2, 'rejected')
) AS s (nth, earlier, state, days, who, reached)
    ON o.state = ANY(string_to_array(s.reached, ','));

INSERT INTO graduation_graduationcase
    (id, household_id, type_id, reason_id, state, target_year, opened_at, moved_at, visit_id,
     proposed_by_id, verified_by_id, approved_by_id, approved_on, submitted_on, submitted_as,
     opened_in_id, content_sha256, version)
SELECT o.case_id, o.household_id, o.type_id, o.reason_id, o.state,
    CASE WHEN o.state = 'potential' THEN extract(year FROM %(today)s::date) + 1 END,
    times.opened_at, times.moved_at, CASE WHEN times.visited THEN o.visit_id END,
    CASE WHEN o.state <> 'potential' THEN o.proposed_by END,
    CASE WHEN times.verified THEN %(verifier)s END,
    CASE WHEN times.approved_at IS NOT NULL THEN %(approver)s END,
    (times.approved_at AT TIME ZONE %(zone)s)::date, (times.submitted_at AT TIME ZONE %(zone)s)::date,
    CASE WHEN times.submitted_at IS NOT NULL THEN 'SIKS-' || o.n ELSE '' END, o.desa_id, '', times.steps
FROM demo_open o
JOIN (
    SELECT case_id, min(at) AS opened_at, max(at) AS moved_at, count(*) AS steps,
        bool_or(state = 'visited') AS visited, bool_or(state = 'verified') AS verified,
        min(at) FILTER (WHERE state = 'approved') AS approved_at,
        min(at) FILTER (WHERE state = 'submitted') AS submitted_at
    FROM demo_steps GROUP BY case_id
) AS times ON times.case_id = o.case_id;

INSERT INTO graduation_casestep (case_id, earlier, state, "on", reason, by_id, at)
SELECT case_id, earlier, state, (at AT TIME ZONE %(zone)s)::date, reason, by_id, at
FROM demo_steps
ORDER BY n, nth
