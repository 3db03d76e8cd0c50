-- The pairs of `met` as short vectors of levels, in `compared`. How often a name occurs in the
-- file goes into the level of an equal name.
CREATE UNLOGGED TABLE compared WITH (autovacuum_enabled = off) AS
SELECT
    met.member_id, met.row_number,
    (m.kk_number = r.kk_number OR former_card.kk_number IS NOT NULL) IS TRUE AS same_card,
    CASE
        WHEN m.name_key = r.name_key THEN 7 + coalesce(common_name.rarity, 2)
        ELSE name_level(m.name_key, r.name_key)
    END::smallint AS name,
    birth_level(m.birth_on, r.birth_on)::smallint AS birth_on,
    CASE
        WHEN m.mother_key = r.mother_key THEN 4 + coalesce(common_mother.rarity, 2)
        ELSE mother_level(m.mother_key, r.mother_key)
    END::smallint AS mother_name,
    CASE
        WHEN m.nik = r.nik THEN 8
        ELSE nik_level(
            m.nik, m.sound, m.kk_number, r.nik, r.nik_digits, r.birth_on, r.sex, r.kk_number
        )
    END::smallint AS nik,
    village_level(m.village_id, r.village_id)::smallint AS village,
    sex_level(m.sex, r.sex)::smallint AS sex
FROM met
JOIN member AS m USING (member_id)
JOIN source AS r USING (row_number)
LEFT JOIN common_name ON common_name.name_key = r.name_key
LEFT JOIN common_mother ON common_mother.mother_key = r.mother_key
LEFT JOIN former_card
    ON former_card.household_id = m.household_id AND former_card.kk_number = r.kk_number;
DROP TABLE met;
ANALYZE compared;
