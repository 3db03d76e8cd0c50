-- What happened in families with an open case since it was opened. The same thing is flagged once.
-- %(household)s: one family, or NULL for all.
WITH open_case AS (
    SELECT c.id, c.household_id, c.opened_at, c.opened_in_id
    FROM graduation_graduationcase c
    WHERE c.state IN ('potential', 'proposed', 'visited', 'verified', 'approved', 'submitted')
        AND (%(household)s::bigint IS NULL OR c.household_id = %(household)s)
), happened AS (
    SELECT c.id AS case_id, c.household_id, 'died' AS kind, 'member:' || m.id AS about
    FROM open_case c
    JOIN beneficiaries_member m ON m.household_id = c.household_id
    JOIN beneficiaries_memberstatuschange s
        ON s.member_id = m.id AND s.status = 'died' AND s.recorded_at > c.opened_at
    WHERE m.status = 'died'
    UNION ALL
    SELECT c.id, c.household_id, 'moved', 'village:' || h.desa_id
    FROM open_case c
    JOIN beneficiaries_household h ON h.id = c.household_id
    WHERE h.desa_id <> c.opened_in_id
    UNION ALL
    -- A member of this family belongs to another one now, or is recorded twice.
    SELECT c.id, c.household_id, 'merged', 'member:' || e.pgh_obj_id
    FROM open_case c
    JOIN beneficiaries_memberevent e
        ON e.household_id = c.household_id AND e.pgh_created_at > c.opened_at
    JOIN beneficiaries_member m ON m.id = e.pgh_obj_id AND m.household_id <> c.household_id
    UNION ALL
    SELECT c.id, c.household_id, 'merged', 'member:' || m.id
    FROM open_case c
    JOIN beneficiaries_member m ON m.household_id = c.household_id AND m.status = 'duplicate'
    JOIN beneficiaries_memberstatuschange s
        ON s.member_id = m.id AND s.status = 'duplicate' AND s.recorded_at > c.opened_at
    UNION ALL
    SELECT c.id, c.household_id, 'left', 'household:' || c.household_id
    FROM open_case c
    JOIN beneficiaries_household h ON h.id = c.household_id AND h.status = 'exited'
)
INSERT INTO graduation_caseflag (household_id, case_id, kind, about, raised_at, note)
SELECT DISTINCT household_id, case_id, kind, about, %(at)s::timestamptz, ''
FROM happened
ON CONFLICT DO NOTHING
