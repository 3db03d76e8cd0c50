-- Both sides in one form; `source`, the keys of the file's rows, is there already.
-- Parameters: snapshot, area.

CREATE UNLOGGED TABLE member AS
SELECT
    m.id AS member_id, m.nik::text AS nik, h.kk_number::text AS kk_number, pkh_name(m.name) AS name,
    pkh_name_key(m.name) AS name_key, m.birth_on, nullif(m.sex, '')::text AS sex,
    pkh_name_key(m.mother_name) AS mother_key, h.desa_id AS village_id, h.id AS household_id,
    coalesce(pkh_nik_agrees(m.nik, m.birth_on, nullif(m.sex, '')), false) AS sound
FROM beneficiaries_member AS m
JOIN beneficiaries_household AS h ON h.id = m.household_id
WHERE (h.desa_id = %(area)s OR h.desa_id LIKE %(area)s || '.%%')
    AND h.status <> 'exited' AND m.status = 'active';
ANALYZE member;

-- How many rows bear a name of the register: a rare one says more when it agrees.
CREATE UNLOGGED TABLE name_rows AS
SELECT name_key, n, rarity(n, (SELECT count(*) FROM source)) AS rarity
FROM (
    SELECT name_key, count(*) AS n FROM source
    WHERE name_key IN (SELECT name_key FROM member)
    GROUP BY name_key
) AS r;

CREATE UNLOGGED TABLE mother_rows AS
SELECT mother_key, n, rarity(n, (SELECT count(*) FROM source)) AS rarity
FROM (
    SELECT mother_key, count(*) AS n FROM source
    WHERE mother_key IN (SELECT mother_key FROM member)
    GROUP BY mother_key
) AS r;

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

ANALYZE name_rows;
ANALYZE mother_rows;
ANALYZE former_card;
ANALYZE decided;
