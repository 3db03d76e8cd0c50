-- Both sides in one form; `source`, the keys of the file's rows, is there already.
-- Parameters: snapshot, area.

-- No vacuum of a table that lives for seconds: whoever wants to drop it would wait behind.
CREATE UNLOGGED TABLE member WITH (autovacuum_enabled = off) AS
SELECT
    m.id AS member_id, m.nik::text AS nik, h.kk_number::text AS kk_number,
    nullif(m.name_key, '') AS name_key, m.birth_on, nullif(m.sex, '')::text AS sex,
    pkh_name_key(m.mother_name) AS mother_key, h.desa_id AS village_id, h.id AS household_id,
    coalesce(pkh_nik_agrees(m.nik, m.birth_on, nullif(m.sex, '')), false) AS sound
FROM beneficiaries_member AS m
JOIN beneficiaries_household AS h ON h.id = m.household_id
WHERE (h.desa_id = %(area)s OR h.desa_id LIKE %(area)s || '.%%')
    AND h.status <> 'exited' AND m.status = 'active';
ANALYZE member;

CREATE UNLOGGED TABLE size AS
SELECT source_rows, last_row, members, least_member, members_span
FROM (SELECT count(*) AS source_rows, coalesce(max(row_number), 0) AS last_row FROM source) AS r,
    (
        SELECT count(*) AS members, coalesce(min(member_id), 0) AS least_member,
            coalesce(max(member_id) - min(member_id) + 1, 0) AS members_span
        FROM member
    ) AS m;

-- How many members and how many rows bear a name of the register: a rare one says more when it
-- agrees.
CREATE UNLOGGED TABLE name_members AS
SELECT name_key, count(*) AS members FROM member WHERE name_key IS NOT NULL GROUP BY name_key;
ANALYZE name_members;

CREATE UNLOGGED TABLE name_rows AS
SELECT name_key, members, count(*) AS rows
FROM source JOIN name_members USING (name_key)
GROUP BY name_key, members;

CREATE UNLOGGED TABLE mother_members AS
SELECT mother_key, count(*) AS members FROM member WHERE mother_key IS NOT NULL GROUP BY mother_key;
ANALYZE mother_members;

CREATE UNLOGGED TABLE mother_rows AS
SELECT mother_key, members, count(*) AS rows
FROM source JOIN mother_members USING (mother_key)
GROUP BY mother_key, members;

-- The few names that are not rare.
CREATE UNLOGGED TABLE common_name AS
SELECT name_key, rarity(rows, source_rows) AS rarity
FROM name_rows CROSS JOIN size WHERE rarity(rows, source_rows) < 2;

CREATE UNLOGGED TABLE common_mother AS
SELECT mother_key, rarity(rows, source_rows) AS rarity
FROM mother_rows CROSS JOIN size WHERE rarity(rows, source_rows) < 2;

CREATE UNLOGGED TABLE former_card AS
SELECT DISTINCT household_id, kk_number::text AS kk_number FROM beneficiaries_formercard;

-- What an officer has decided about this file stands: these pairs are linked before all others.
CREATE UNLOGGED TABLE decided AS
SELECT DISTINCT ON (row_number) member_id, row_number, id AS decision_id
FROM (
    SELECT DISTINCT ON (member_id) member_id, row_number, verdict, at, id
    FROM dtks_decision
    WHERE snapshot_id = %(snapshot)s AND withdrawn_at IS NULL AND verdict <> 'ask_field'
        AND row_number IS NOT NULL
    ORDER BY member_id, at DESC, id DESC
) AS latest
JOIN member USING (member_id)
WHERE verdict IN ('same', 'take_fields')
ORDER BY row_number, at DESC, id DESC;

ANALYZE common_name;
ANALYZE common_mother;
ANALYZE former_card;
ANALYZE decided;
