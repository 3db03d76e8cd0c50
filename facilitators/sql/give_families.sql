-- One row a family, from the day on until further. The constraint refuses a second facilitator.
INSERT INTO facilitators_caseloadassignment
    (household_id, facilitator_id, starts_on, ends_on, reason, by_id, recorded_at)
SELECT wanted.household_id, wanted.facilitator_id, %(on)s, NULL, %(reason)s, %(by)s, %(at)s
FROM unnest(%(households)s::bigint[], %(facilitators)s::bigint[])
     AS wanted (household_id, facilitator_id)
ORDER BY wanted.facilitator_id, wanted.household_id
