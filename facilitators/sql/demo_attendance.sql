-- Some 84 of a hundred come, six are ill; who, says a number made of session and family.
WITH drawn AS (
    SELECT s.id AS session_id, m.household_id, h.caretaker_id,
           (hashtext(s.id::text || m.household_id) & 2147483647) %% 100 AS chance
    FROM facilitators_learningsession s
    JOIN facilitators_learningmembership m ON m.group_id = s.group_id
    JOIN beneficiaries_household h ON h.id = m.household_id
)
INSERT INTO facilitators_attendance (session_id, household_id, member_id, status)
SELECT session_id, household_id, caretaker_id,
       CASE WHEN chance < 84 THEN 'present' WHEN chance < 90 THEN 'ill' ELSE 'absent' END
FROM drawn
