-- Groups of at most thirty families who live side by side and have one facilitator.
WITH held AS (
    SELECT c.facilitator_id, h.desa_id, h.id, h.caretaker_id,
           row_number() OVER family AS place, count(*) OVER (PARTITION BY c.facilitator_id, h.desa_id) AS number
    FROM facilitators_caseloadassignment c
    JOIN beneficiaries_household h ON h.id = c.household_id AND h.status <> 'exited'
    WHERE c.starts_on <= %(on)s AND (c.ends_on IS NULL OR c.ends_on >= %(on)s)
      AND starts_with(h.desa_id, %(office)s || '.')
    WINDOW family AS (PARTITION BY c.facilitator_id, h.desa_id ORDER BY h.rw, h.rt, h.id)
),
placed AS (
    SELECT desa_id, id, caretaker_id, place,
           dense_rank() OVER (
               PARTITION BY desa_id
               ORDER BY facilitator_id, (place - 1) * ceil(number / 30.0)::integer / number
           ) AS nth
    FROM held
),
named AS MATERIALIZED (
    SELECT desa_id, id, caretaker_id, place,
           (%(names)s::text[])[(nth - 1) %% cardinality(%(names)s::text[]) + 1]
           || ' ' || (nth - 1) / cardinality(%(names)s::text[]) + 1 AS name
    FROM placed
),
made AS (
    INSERT INTO facilitators_learninggroup (name, village_id, leader_id, starts_on, ends_on)
    SELECT DISTINCT ON (desa_id, name) name, desa_id, caretaker_id, %(on)s::date, NULL::date
    FROM named
    ORDER BY desa_id, name, place
    RETURNING id, name, village_id
)
INSERT INTO facilitators_learningmembership
    (group_id, household_id, starts_on, ends_on, by_id, recorded_at)
SELECT made.id, named.id, %(on)s, NULL, %(by)s, %(at)s
FROM named
JOIN made ON made.name = named.name AND made.village_id = named.desa_id
