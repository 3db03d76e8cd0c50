-- Who owes what in a quarter: active members of families that have not left, by the members file
-- nearest to the quarter. Parameters: period (year * 10 + stage), district, on (its first day).
CREATE TEMP TABLE commitment_required ON COMMIT DROP AS
WITH ruled AS (
    SELECT DISTINCT component FROM facilitators_commitmentrule WHERE valid_from <= %(on)s
),
nearest AS (
    -- The newest file up to the quarter; an office that began later has only newer ones.
    SELECT year, stage
    FROM (SELECT DISTINCT year, stage FROM beneficiaries_membercomponent) AS said
    ORDER BY
        year * 10 + stage > %(period)s,
        CASE WHEN year * 10 + stage <= %(period)s THEN -(year * 10 + stage) ELSE year * 10 + stage END
    LIMIT 1
)
SELECT m.id AS member_id, m.household_id, c.component
FROM beneficiaries_membercomponent c
JOIN nearest ON nearest.year = c.year AND nearest.stage = c.stage
JOIN ruled ON ruled.component = c.component
JOIN beneficiaries_member m ON m.id = c.member_id AND m.status = 'active'
JOIN beneficiaries_household h ON h.id = m.household_id AND h.status <> 'exited'
WHERE starts_with(h.desa_id, %(district)s || '.')
