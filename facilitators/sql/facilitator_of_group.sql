-- Who accompanies most families of a group on a day; of two with the same number the earlier.
SELECT c.facilitator_id
FROM facilitators_learningmembership m
JOIN facilitators_caseloadassignment c
  ON c.household_id = m.household_id
 AND c.starts_on <= %(day)s AND (c.ends_on IS NULL OR c.ends_on >= %(day)s)
WHERE m.group_id = %(group)s
  AND m.starts_on <= %(day)s AND (m.ends_on IS NULL OR m.ends_on >= %(day)s)
GROUP BY 1
ORDER BY count(*) DESC, 1
LIMIT 1
