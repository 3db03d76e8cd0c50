-- What the linked members shall look like. Where this file is the newest to speak of a person its
-- values hold, an empty cell erases nothing, and what an officer decided stays; where a newer file
-- was loaded before, this one only fills what is empty.
-- Parameters: year, stage, source, snapshot.
CREATE TEMP TABLE load_member AS
WITH newest AS (
    SELECT member_id, max(year * 10 + stage) AS listed
    FROM beneficiaries_memberperiod
    WHERE member_id IN (SELECT member_id FROM load_link WHERE NOT is_new)
    GROUP BY member_id
), paid AS (
    SELECT household_id, max(year * 10 + stage) AS period
    FROM beneficiaries_householdperiod
    GROUP BY household_id
), known AS (
    SELECT
        l.row_number, l.member_id, m.household_id AS lives_in, m.kept_fields,
        coalesce((m.loaded_from IS NULL OR s.source <> 'members') AND %(source)s = 'members', false)
            AS first_members_file,
        coalesce(newest.listed, 0) AS listed, coalesce(paid.period, 0) AS paid,
        h.caretaker_id IS NOT DISTINCT FROM m.id AS is_caretaker,
        m.nik, m.name, m.birth_on, m.birth_place, m.sex, m.mother_name, m.relationship,
        m.loaded_from, m.loaded_row
    FROM load_link l
    JOIN beneficiaries_member m ON m.id = l.member_id
    JOIN beneficiaries_household h ON h.id = m.household_id
    LEFT JOIN dtks_snapshot s ON s.id = m.loaded_from
    LEFT JOIN newest ON newest.member_id = m.id
    LEFT JOIN paid ON paid.household_id = m.household_id
    WHERE NOT l.is_new
), ruled AS (
    SELECT
        *,
        CASE %(source)s
            WHEN 'members' THEN
                listed <= %(period)s AND NOT (is_caretaker AND paid > %(period)s)
            -- The members file of the same period knows a person better than Final Closing.
            ELSE listed < %(period)s AND paid <= %(period)s
        END AS holds,
        NOT 'household' = ANY (kept_fields) AND CASE %(source)s
            WHEN 'members' THEN
                listed <= %(period)s AND NOT (is_caretaker AND paid >= %(period)s)
            ELSE listed <= %(period)s AND paid <= %(period)s
        END AS moves
    FROM known
)
SELECT
    k.member_id, k.row_number, k.lives_in,
    CASE WHEN k.moves THEN p.household_id ELSE k.lives_in END AS household_id,
    CASE WHEN 'nik' = ANY (k.kept_fields) THEN k.nik WHEN k.holds THEN coalesce(r.nik, k.nik)
        ELSE coalesce(k.nik, r.nik) END AS nik,
    CASE WHEN 'name' = ANY (k.kept_fields) THEN k.name WHEN k.holds THEN r.name
        ELSE k.name END AS name,
    CASE WHEN 'birth_on' = ANY (k.kept_fields) THEN k.birth_on
        WHEN k.holds THEN coalesce(r.birth_on, k.birth_on)
        ELSE coalesce(k.birth_on, r.birth_on) END AS birth_on,
    CASE WHEN 'birth_place' = ANY (k.kept_fields) THEN k.birth_place
        WHEN k.holds THEN coalesce(nullif(r.birth_place, ''), k.birth_place)
        ELSE coalesce(nullif(k.birth_place, ''), r.birth_place) END AS birth_place,
    CASE WHEN 'sex' = ANY (k.kept_fields) THEN k.sex
        WHEN k.holds THEN coalesce(nullif(r.sex, ''), k.sex)
        ELSE coalesce(nullif(k.sex, ''), r.sex) END AS sex,
    CASE WHEN 'mother_name' = ANY (k.kept_fields) THEN k.mother_name
        WHEN k.holds THEN coalesce(nullif(r.mother_name, ''), k.mother_name)
        ELSE coalesce(nullif(k.mother_name, ''), r.mother_name) END AS mother_name,
    CASE WHEN 'relationship' = ANY (k.kept_fields) THEN k.relationship
        WHEN k.holds THEN coalesce(nullif(r.relationship, ''), k.relationship)
        ELSE coalesce(nullif(k.relationship, ''), r.relationship) END AS relationship,
    CASE WHEN k.first_members_file THEN %(snapshot)s ELSE k.loaded_from END AS loaded_from,
    CASE WHEN k.first_members_file THEN k.row_number ELSE k.loaded_row END AS loaded_row
FROM ruled k
JOIN load_row r ON r.row_number = k.row_number
JOIN load_place p ON p.row_number = k.row_number;
CREATE INDEX ON load_member (member_id);
ANALYZE load_member;
CREATE TEMP TABLE load_written (kind text NOT NULL, id bigint NOT NULL);
