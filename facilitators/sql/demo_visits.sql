-- Visits from a day on until yesterday: nearly every family once, half of them once more before.
-- Everything is drawn from a number made of the family's key, so the same office is made again.
WITH drawn AS (
    SELECT h.id AS household_id, h.desa_id, f.id AS facilitator_id, coalesce(f.user_id, %(by)s) AS by_id,
           nth, (hashtext('kunjungan ' || h.id || ' ' || nth) & 2147483647) AS luck,
           (hashtext('hari ' || h.id || ' ' || nth) & 2147483647) AS day_luck,
           (hashtext(h.desa_id) & 2147483647) AS of_village, (hashtext('rumah ' || h.id) & 2147483647) AS of_home
    FROM facilitators_caseloadassignment c
    JOIN facilitators_facilitator f ON f.id = c.facilitator_id
    JOIN beneficiaries_household h ON h.id = c.household_id AND h.status <> 'exited'
    CROSS JOIN generate_series(1, 3) AS nth
    WHERE c.starts_on <= %(on)s AND c.ends_on IS NULL AND starts_with(h.desa_id, %(office)s || '.')
),
-- The last visit of four in five families lies within the last 80 days; some were never visited.
planned AS (
    SELECT drawn.*, CASE
        WHEN nth = 1 AND luck %% 100 < 78 THEN %(today)s::date - 1 - day_luck %% least(80, %(days)s)
        WHEN nth = 1 AND luck %% 100 < 96 THEN %(on)s::date + day_luck %% greatest(1, %(days)s - 80)
        WHEN nth = 2 AND luck %% 100 < 45 THEN %(on)s::date + day_luck %% %(days)s
        WHEN nth = 3 AND luck %% 100 < 10 THEN %(on)s::date + day_luck %% %(days)s
    END AS near
    FROM drawn
),
held AS (
    SELECT planned.*, ((CASE extract(isodow FROM near) WHEN 7 THEN near - 2 ELSE near END)
        + make_interval(hours => 8 + luck / 100 %% 8, mins => luck / 800 %% 60))
        AT TIME ZONE %(zone)s AS device_at
    FROM planned WHERE near IS NOT NULL
),
arrived AS (
    SELECT held.*, held.device_at + CASE
        WHEN luck / 7 %% 100 < 2 THEN make_interval(hours => 80 + luck / 11 %% 60)
        WHEN luck / 7 %% 100 < 25 THEN make_interval(hours => 3 + luck / 11 %% 6)
        ELSE make_interval(mins => 1 + luck / 11 %% 40)
    END AS recorded_at
    FROM held WHERE held.device_at >= %(on)s::date
)
INSERT INTO facilitators_visit
    (id, facilitator_id, household_id, purpose, device_at, sent_at, recorded_at, latitude, longitude, accuracy_m,
     people_met, note, next_step, next_on, content_sha256, version, recorded_by_id)
SELECT md5('kunjungan contoh ' || household_id || ' ' || nth)::uuid, facilitator_id, household_id,
       (ARRAY['data_update', 'data_update', 'data_update', 'health_check', 'health_check', 'complaint',
              'disbursement', 'disbursement', 'absence', 'graduation'])[1 + luck / 13 %% 10],
       device_at, CASE WHEN luck / 59 %% 600 = 0 THEN recorded_at + interval '37 minutes' END,
       least(recorded_at, %(at)s),
       CASE WHEN located THEN place.latitude END, CASE WHEN located THEN place.longitude END,
       CASE WHEN located THEN 5 + luck / 17 %% 30 END,
       (%(people)s::text[])[1 + luck / 19 %% cardinality(%(people)s::text[])],
       (%(notes)s::text[])[1 + luck / 23 %% cardinality(%(notes)s::text[])],
       CASE WHEN luck / 29 %% 5 = 0 THEN (%(steps)s::text[])[1 + luck / 31 %% cardinality(%(steps)s::text[])] ELSE '' END,
       CASE WHEN luck / 29 %% 5 = 0 THEN device_at::date + 14 + (luck / 37 %% 20)::integer END,
       encode(sha256(('kunjungan contoh ' || household_id || ' ' || nth)::bytea), 'hex'), 1, by_id
FROM arrived
-- One in eight phones found no place; one place in four hundred lies some kilometres away, one
-- clock in six hundred is wrong.
CROSS JOIN LATERAL (SELECT luck / 41 %% 8 > 0 AS located) AS l
CROSS JOIN LATERAL (
    SELECT -5.36 + (of_village %% 1600 - 800) / 10000.0 + (of_home %% 100 - 50) / 10000.0
             + (luck / 43 %% 60 - 30) / 100000.0
             + CASE WHEN luck / 53 %% 400 = 0 THEN 0.03 ELSE 0 END AS latitude,
           104.97 + (of_village / 1600 %% 1600 - 800) / 10000.0 + (of_home / 100 %% 100 - 50) / 10000.0
             + (luck / 47 %% 60 - 30) / 100000.0 AS longitude
) AS place
