-- One row for everything required; a row nobody asks for any more and nobody wrote to goes away.
-- The school is the one a child was last reported from. Needs commitment_required.
-- Parameters: quarter.
INSERT INTO facilitators_commitmentcheck
    (id, quarter_id, household_id, member_id, component, school_id, outcome, months, reason)
SELECT gen_random_uuid(), %(quarter)s, r.household_id, r.member_id, r.component, earlier.school_id,
       'no_evidence', 0, ''
FROM commitment_required r
LEFT JOIN (
    SELECT DISTINCT ON (c.member_id, c.component) c.member_id, c.component, c.school_id
    FROM facilitators_commitmentcheck c
    JOIN facilitators_commitmentquarter q ON q.id = c.quarter_id
    WHERE c.school_id IS NOT NULL
    ORDER BY c.member_id, c.component, q.year DESC, q.stage DESC
) AS earlier ON earlier.member_id = r.member_id AND earlier.component = r.component
ON CONFLICT (member_id, component, quarter_id) DO NOTHING;

DELETE FROM facilitators_commitmentcheck c
WHERE c.quarter_id = %(quarter)s AND c.months = 0 AND c.outcome = 'no_evidence' AND c.reason = ''
    AND NOT EXISTS (
        SELECT FROM commitment_required r
        WHERE r.member_id = c.member_id AND r.component = c.component
    )
    AND NOT EXISTS (SELECT FROM facilitators_commitmentmonth m WHERE m.check_of_id = c.id);

-- A member who moved into another family takes the checks of an open quarter along.
UPDATE facilitators_commitmentcheck c
SET household_id = m.household_id
FROM beneficiaries_member m
WHERE c.quarter_id = %(quarter)s AND m.id = c.member_id AND m.household_id <> c.household_id
    AND EXISTS (SELECT FROM commitment_required r WHERE r.member_id = m.id)
