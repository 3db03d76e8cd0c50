-- Months of school attendance from `commitment_row` into an open quarter, which is prepared.
-- Its columns: member_id, household_id, component, npsn, school, month, days, without_leave,
-- with_leave, ill, stated_percent, row_number; one row a member, component and month. What
-- somebody wrote by hand stays, and so does what a file uploaded later said.
-- Parameters: quarter, snapshot, by, at.
INSERT INTO facilitators_school (npsn, name)
SELECT DISTINCT ON (npsn) npsn, left(coalesce(school, ''), 150)
FROM commitment_row
WHERE npsn IS NOT NULL
ORDER BY npsn, school
ON CONFLICT (npsn) DO NOTHING;

INSERT INTO facilitators_commitmentcheck
    (id, quarter_id, household_id, member_id, component, outcome, months, reason)
SELECT gen_random_uuid(), %(quarter)s, r.household_id, r.member_id, r.component, 'no_evidence', 0, ''
FROM (SELECT DISTINCT household_id, member_id, component FROM commitment_row) AS r
ON CONFLICT (member_id, component, quarter_id) DO NOTHING;

CREATE TEMP TABLE commitment_wanted ON COMMIT DROP AS
SELECT c.id AS check_of_id, s.id AS school_id, r.*
FROM commitment_row r
JOIN facilitators_commitmentcheck c
    ON c.member_id = r.member_id AND c.component = r.component AND c.quarter_id = %(quarter)s
LEFT JOIN facilitators_school s ON s.npsn = r.npsn;

UPDATE facilitators_commitmentcheck c
SET school_id = w.school_id
FROM (SELECT DISTINCT check_of_id, school_id FROM commitment_wanted) AS w
WHERE c.id = w.check_of_id AND w.school_id IS NOT NULL
    AND c.school_id IS DISTINCT FROM w.school_id;

CREATE TEMP TABLE commitment_written (check_of_id uuid, is_new boolean) ON COMMIT DROP;
WITH written AS (
    INSERT INTO facilitators_commitmentmonth AS m
        (id, check_of_id, month, days, without_leave, with_leave, ill, stated_percent, place, note,
         content_sha256, recorded_by_id, recorded_at, loaded_from, loaded_row)
    SELECT gen_random_uuid(), check_of_id, month, days, without_leave, with_leave, ill,
           stated_percent, '', '', '', %(by)s, %(at)s, %(snapshot)s, row_number
    FROM commitment_wanted
    ORDER BY row_number, month
    ON CONFLICT (check_of_id, month) DO UPDATE
    SET days = excluded.days, without_leave = excluded.without_leave,
        with_leave = excluded.with_leave, ill = excluded.ill,
        stated_percent = excluded.stated_percent, recorded_by_id = excluded.recorded_by_id,
        recorded_at = excluded.recorded_at, loaded_from = excluded.loaded_from,
        loaded_row = excluded.loaded_row
    WHERE m.loaded_from <= excluded.loaded_from
        AND (m.days, m.without_leave, m.with_leave, m.ill, m.stated_percent)
            IS DISTINCT FROM (excluded.days, excluded.without_leave, excluded.with_leave,
                              excluded.ill, excluded.stated_percent)
    RETURNING m.check_of_id, m.xmax = 0 AS is_new
)
INSERT INTO commitment_written SELECT * FROM written
