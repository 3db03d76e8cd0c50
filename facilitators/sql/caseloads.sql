-- One line a facilitator: families in his care on the day, their members and components.
-- A family that left the programme is no work any more and is not counted.
WITH newest AS (
    SELECT year, stage FROM beneficiaries_householdperiod ORDER BY year DESC, stage DESC LIMIT 1
),
held AS (
    SELECT c.facilitator_id, c.household_id
    FROM facilitators_caseloadassignment c
    JOIN beneficiaries_household h ON h.id = c.household_id AND h.status <> 'exited'
    WHERE c.facilitator_id = ANY (%(facilitators)s)
      AND c.starts_on <= %(day)s AND (c.ends_on IS NULL OR c.ends_on >= %(day)s)
),
families AS (
    SELECT facilitator_id, count(*) AS number FROM held GROUP BY 1
),
members AS (
    SELECT held.facilitator_id, count(*) AS number
    FROM held
    JOIN beneficiaries_member m ON m.household_id = held.household_id AND m.status = 'active'
    GROUP BY 1
),
components AS (
    SELECT held.facilitator_id, sum(component.number::integer) AS number
    FROM held
    JOIN newest ON true
    JOIN beneficiaries_householdperiod p
      ON p.household_id = held.household_id AND p.year = newest.year AND p.stage = newest.stage
    CROSS JOIN LATERAL jsonb_each_text(p.counts) AS component (name, number)
    GROUP BY 1
)
SELECT families.facilitator_id, families.number,
       coalesce(members.number, 0), coalesce(components.number, 0)
FROM families
LEFT JOIN members USING (facilitator_id)
LEFT JOIN components USING (facilitator_id)
