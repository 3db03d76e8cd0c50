-- Evidence of a quarter for the demo office: made-up schools (one an SD, SMP and SMA in every
-- village that has pupils), months of attendance and of health visits. Nobody's figures are real;
-- a number made of check and month decides them, so a second filling draws the same. About one
-- pupil in sixteen and one health check in nine has no evidence, as in life.
-- Parameters: quarter, months (first days), ends_on (last day of the quarter), by, at.
CREATE TEMP TABLE demo_check ON COMMIT DROP AS
SELECT
    c.id, c.component, h.desa_id,
    c.component IN ('primary', 'junior', 'senior') AS at_school,
    (hashtext('komitmen ' || c.member_id || c.component) & 2147483647) %% 100 AS chance,
    -- Written down by who accompanied the family at the end of the quarter, if he has an account.
    coalesce(f.user_id, %(by)s) AS by_id
FROM facilitators_commitmentcheck c
JOIN beneficiaries_household h ON h.id = c.household_id
LEFT JOIN facilitators_caseloadassignment a
    ON a.household_id = h.id AND a.starts_on <= %(ends_on)s
    AND (a.ends_on IS NULL OR a.ends_on >= %(ends_on)s)
LEFT JOIN facilitators_facilitator f ON f.id = a.facilitator_id
WHERE c.quarter_id = %(quarter)s;
ANALYZE demo_check;

INSERT INTO facilitators_school (npsn, name)
SELECT
    '99' || lpad((row_number() OVER (ORDER BY kind.rank, place.desa_id))::text, 6, '0'),
    kind.word || ' ' || v.name
FROM (SELECT DISTINCT desa_id, component FROM demo_check WHERE at_school) AS place
JOIN areas_area v ON v.code = place.desa_id
JOIN (
    VALUES ('primary', 'SDN 1', 1), ('junior', 'SMPN 1', 2), ('senior', 'SMAN 1', 3)
) AS kind (component, word, rank) ON kind.component = place.component
ON CONFLICT (npsn) DO NOTHING;

UPDATE facilitators_commitmentcheck c
SET school_id = s.id
FROM demo_check d
JOIN areas_area v ON v.code = d.desa_id
JOIN (VALUES ('primary', 'SDN 1'), ('junior', 'SMPN 1'), ('senior', 'SMAN 1')) AS kind (component, word)
    ON kind.component = d.component
JOIN (SELECT DISTINCT ON (name) name, id FROM facilitators_school ORDER BY name, npsn) AS s
    ON s.name = kind.word || ' ' || v.name
WHERE c.id = d.id;

INSERT INTO facilitators_commitmentmonth
    (id, check_of_id, month, days, without_leave, with_leave, ill, attended, checked_on, place,
     note, content_sha256, recorded_by_id, recorded_at)
SELECT
    md5('bukti contoh ' || d.id || m.month)::uuid, d.id, m.month,
    CASE WHEN d.at_school THEN 20 + m.nth END,
    CASE
        WHEN d.at_school AND d.chance < 6 THEN 4 + drawn.luck %% 4
        WHEN d.at_school THEN (drawn.luck %% 8 = 0)::int
    END,
    CASE WHEN d.at_school THEN (drawn.luck %% 5 = 0)::int END,
    CASE WHEN d.at_school THEN CASE WHEN drawn.luck %% 7 = 0 THEN 2 ELSE 0 END END,
    CASE WHEN NOT d.at_school THEN d.chance >= 8 OR drawn.luck %% 3 = 0 END,
    CASE WHEN NOT d.at_school THEN m.month + 4 + drawn.luck %% 20 END,
    CASE WHEN NOT d.at_school THEN 'Posyandu' ELSE '' END,
    '', '', d.by_id, %(at)s
FROM demo_check d
CROSS JOIN unnest(%(months)s::date[]) WITH ORDINALITY AS m (month, nth)
CROSS JOIN LATERAL (
    SELECT (hashtext('bulan ' || d.id || m.month) & 2147483647) %% 840 AS luck
) AS drawn
WHERE CASE WHEN d.at_school THEN d.chance < 94 ELSE d.chance < 89 END
ON CONFLICT (check_of_id, month) DO NOTHING
