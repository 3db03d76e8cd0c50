-- What the households of this file that exist already shall look like, by the same rules as
-- members. Final Closing knows best where a family is; a members file only speaks of families no
-- Final Closing of its period or a later one has named.
-- Parameters: source, year, stage, period.
CREATE TEMP TABLE load_household AS
WITH paid AS (
    -- Grouped at once and not asked family by family: in a first load these tables look empty to
    -- the planner, and are full of what the trial run took back.
    SELECT household_id, max(year * 10 + stage) AS period
    FROM beneficiaries_householdperiod
    WHERE household_id IN (SELECT household_id FROM load_claim WHERE NOT is_new)
    GROUP BY household_id
), listed AS (
    SELECT m.household_id, max(mp.year * 10 + mp.stage) AS period
    FROM beneficiaries_memberperiod mp
    JOIN beneficiaries_member m ON m.id = mp.member_id
    WHERE %(source)s = 'members'
        AND m.household_id IN (SELECT household_id FROM load_claim WHERE NOT is_new)
    GROUP BY m.household_id
), known AS (
    SELECT
        c.family, h.*,
        CASE %(source)s
            WHEN 'final_closing' THEN coalesce(paid.period, 0) <= %(period)s
            ELSE coalesce(paid.period, 0) < %(period)s AND coalesce(listed.period, 0) <= %(period)s
        END AS holds,
        CASE WHEN %(source)s = 'final_closing' AND w.household_id = h.id THEN l.member_id
             WHEN %(source)s = 'final_closing' AND l.is_new THEN l.member_id END AS person_id
    FROM load_claim c
    JOIN beneficiaries_household h ON h.id = c.household_id
    LEFT JOIN load_link l ON l.row_number = c.family
    LEFT JOIN load_member w ON w.member_id = l.member_id
    LEFT JOIN paid ON paid.household_id = h.id
    LEFT JOIN listed ON listed.household_id = h.id
    WHERE NOT c.is_new
)
SELECT
    k.id, k.kk_number AS former_kk_number,
    CASE WHEN 'kk_number' = ANY (k.kept_fields) THEN k.kk_number
        WHEN k.holds THEN coalesce(f.kk_number, k.kk_number)
        ELSE coalesce(k.kk_number, f.kk_number) END AS kk_number,
    CASE WHEN k.holds AND NOT 'desa_id' = ANY (k.kept_fields)
        THEN coalesce(f.village_id, k.desa_id) ELSE k.desa_id END AS desa_id,
    CASE WHEN 'address' = ANY (k.kept_fields) THEN k.address
        WHEN k.holds THEN coalesce(nullif(f.address, ''), k.address)
        ELSE coalesce(nullif(k.address, ''), f.address) END AS address,
    CASE WHEN 'hamlet' = ANY (k.kept_fields) THEN k.hamlet
        WHEN k.holds THEN coalesce(nullif(f.hamlet, ''), k.hamlet)
        ELSE coalesce(nullif(k.hamlet, ''), f.hamlet) END AS hamlet,
    CASE WHEN 'rt' = ANY (k.kept_fields) THEN k.rt
        WHEN k.holds THEN coalesce(nullif(f.rt, ''), k.rt)
        ELSE coalesce(nullif(k.rt, ''), f.rt) END AS rt,
    CASE WHEN 'rw' = ANY (k.kept_fields) THEN k.rw
        WHEN k.holds THEN coalesce(nullif(f.rw, ''), k.rw)
        ELSE coalesce(nullif(k.rw, ''), f.rw) END AS rw,
    CASE WHEN 'caretaker' = ANY (k.kept_fields) THEN k.caretaker_id
        WHEN k.holds THEN coalesce(k.person_id, k.caretaker_id)
        ELSE k.caretaker_id END AS caretaker_id,
    CASE WHEN %(source)s = 'final_closing'
        THEN least(k.first_year * 10 + k.first_stage, %(period)s)
        ELSE k.first_year * 10 + k.first_stage END AS first_period
FROM known k
JOIN load_family f ON f.family = k.family;
CREATE INDEX ON load_household (id);
ANALYZE load_household;
