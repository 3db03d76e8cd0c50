-- What the rules pay for every family in one period: the same rule as amounts.py.
-- Parameters: year, stage, starts_on (first day of the stage). A component without a price on
-- that day leaves the amount unknown.
WITH rule AS (
    SELECT max_components, payments_a_year
    FROM beneficiaries_periodrule
    WHERE valid_from <= %(starts_on)s AND (valid_to IS NULL OR valid_to > %(starts_on)s)
    ORDER BY valid_from DESC
    LIMIT 1
), price AS (
    SELECT DISTINCT ON (kind, component) kind, component, amount_year, max_per_family
    FROM beneficiaries_benefitindex
    WHERE valid_from <= %(starts_on)s AND (valid_to IS NULL OR valid_to > %(starts_on)s)
    ORDER BY kind, component, valid_from DESC
), stated AS (
    SELECT p.id, c.key AS component, c.value::bigint AS number
    FROM beneficiaries_householdperiod p
    CROSS JOIN LATERAL jsonb_each_text(p.counts) c
    WHERE p.year = %(year)s AND p.stage = %(stage)s AND c.value::bigint > 0
), capped AS (
    SELECT s.id, s.component, price.amount_year,
           least(s.number, coalesce(price.max_per_family, s.number)) AS number
    FROM stated s
    LEFT JOIN price ON price.kind = 'component' AND price.component = s.component
), queued AS (
    SELECT id, amount_year, number,
           sum(number) OVER (
               PARTITION BY id ORDER BY amount_year DESC, component COLLATE "C"
               ROWS UNBOUNDED PRECEDING
           ) - number AS dearer
    FROM capped
), paid AS (
    SELECT q.id,
           bool_or(q.amount_year IS NULL) AS unknown,
           sum(q.amount_year * greatest(0, least(q.number, rule.max_components - q.dearer))) AS year
    FROM queued q CROSS JOIN rule
    GROUP BY q.id
), answer AS (
    SELECT p.id,
           CASE WHEN NOT coalesce(paid.unknown, false) THEN
               div(
                   coalesce(paid.year, 0)
                   + coalesce((SELECT amount_year FROM price WHERE kind = 'fixed'), 0),
                   rule.payments_a_year
               )::bigint
           END AS stage_amount
    FROM beneficiaries_householdperiod p
    CROSS JOIN rule
    LEFT JOIN paid ON paid.id = p.id
    WHERE p.year = %(year)s AND p.stage = %(stage)s
)
UPDATE beneficiaries_householdperiod p
SET computed_amount = answer.stage_amount
FROM answer
WHERE p.id = answer.id AND p.computed_amount IS DISTINCT FROM answer.stage_amount
