-- The one place where a commitment is judged: every check of an open quarter, or those named.
-- A month in which school had no effective day says nothing. A quarter's percentage is days
-- present of all its days; where a month lacks its days, the mean of the months' percentages.
-- The threshold is compared unrounded, and exactly at it is met.
-- Parameters: quarter, on (its first day), checks (ids, or NULL for all).
WITH rule AS (
    SELECT DISTINCT ON (component) *
    FROM facilitators_commitmentrule
    WHERE valid_from <= %(on)s
    ORDER BY component, valid_from DESC
),
counted AS (
    SELECT
        c.id, c.reason, r.id AS rule_id, r.threshold_percent, r.months_needed, r.visits_needed,
        m.attended, m.days,
        CASE
            WHEN m.days > 0 THEN 100.0 * (m.days - absent.days) / m.days
            ELSE m.stated_percent
        END AS percent,
        m.days - absent.days AS present,
        m.id IS NOT NULL AND (m.attended IS NOT NULL OR m.days > 0
            OR (m.days IS NULL AND m.stated_percent IS NOT NULL)) AS says
    FROM facilitators_commitmentcheck c
    LEFT JOIN rule r ON r.component = c.component
    LEFT JOIN facilitators_commitmentmonth m ON m.check_of_id = c.id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN r.counts_without_leave THEN m.without_leave ELSE 0 END
            + CASE WHEN r.counts_with_leave THEN m.with_leave ELSE 0 END
            + CASE WHEN r.counts_ill THEN m.ill ELSE 0 END AS days
    ) AS absent
    WHERE c.quarter_id = %(quarter)s
        AND (%(checks)s::uuid[] IS NULL OR c.id = ANY (%(checks)s::uuid[]))
),
summed AS (
    SELECT
        id, reason, rule_id, threshold_percent, months_needed, visits_needed,
        count(*) FILTER (WHERE says) AS months,
        count(*) FILTER (WHERE attended) AS visits,
        count(*) FILTER (WHERE NOT attended) AS missed,
        CASE
            WHEN bool_and(days IS NOT NULL) FILTER (WHERE says)
            THEN 100.0 * sum(present) FILTER (WHERE says) / sum(days) FILTER (WHERE says)
            ELSE avg(percent) FILTER (WHERE says)
        END AS percent
    FROM counted
    GROUP BY 1, 2, 3, 4, 5, 6
),
found AS (
    SELECT
        *,
        CASE
            WHEN rule_id IS NULL OR months = 0 THEN 'no_evidence'
            WHEN visits_needed IS NOT NULL AND visits >= visits_needed THEN 'met'
            WHEN visits_needed IS NOT NULL AND missed > 0 THEN 'not_met'
            WHEN visits_needed IS NOT NULL THEN 'no_evidence'
            WHEN months < months_needed THEN 'no_evidence'
            WHEN percent >= threshold_percent THEN 'met'
            ELSE 'not_met'
        END AS outcome
    FROM summed
),
judged AS (
    SELECT
        id, rule_id, months,
        CASE WHEN outcome = 'not_met' AND reason <> '' THEN 'met' ELSE outcome END AS outcome,
        -- What falls short of the threshold is not shown as reaching it.
        CASE
            WHEN visits_needed IS NOT NULL THEN NULL
            WHEN percent < threshold_percent AND round(percent, 2) >= threshold_percent
            THEN trunc(percent, 2)
            ELSE round(percent, 2)
        END AS percent,
        CASE WHEN visits_needed IS NOT NULL AND months > 0 THEN visits END AS visits
    FROM found
)
UPDATE facilitators_commitmentcheck c
SET rule_id = j.rule_id, months = j.months, outcome = j.outcome, percent = j.percent,
    visits = j.visits
FROM judged j
WHERE c.id = j.id
    AND (c.rule_id, c.months, c.outcome, c.percent, c.visits)
        IS DISTINCT FROM (j.rule_id, j.months, j.outcome, j.percent, j.visits)
