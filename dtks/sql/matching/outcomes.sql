-- Step 10: one line per member, then one per row that speaks of nobody in the register.
-- Parameters: snapshot, area, first_id, least_member, members_span.
-- Vacuum may come once it is published.
CREATE TABLE difference WITH (autovacuum_enabled = off) AS
SELECT
    -- Ids with gaps: counting them densely would leave the whole statement to one processor.
    %(first_id)s + v.member_id - %(least_member)s + 1 AS id,
    %(snapshot)s::bigint AS snapshot_id,
    v.member_id,
    v.row_number,
    CASE WHEN v.outcome = 'matched' AND c.changed <> '{}' THEN 'matched_changed' ELSE v.outcome END AS outcome,
    v.rule,
    v.kind,
    w.probability::real AS probability,
    w.score,
    w.weights,
    w.levels,
    v.candidates,
    c.changed AS changed_fields,
    m.village_id::varchar(13) COLLATE "C" AS village_id,
    decision.id AS decision_id
FROM verdict AS v
JOIN member AS m USING (member_id)
LEFT JOIN source AS r ON r.row_number = v.row_number
LEFT JOIN known AS k ON k.member_id = v.member_id AND k.row_number = v.row_number
LEFT JOIN vector AS w ON w.vector_id = coalesce(v.vector_id, k.vector_id)
LEFT JOIN (
    SELECT DISTINCT ON (member_id) member_id, row_number, id
    FROM dtks_decision
    WHERE snapshot_id = %(snapshot)s AND withdrawn_at IS NULL
    ORDER BY member_id, at DESC, id DESC
) AS decision ON decision.member_id = v.member_id
    AND decision.row_number IS NOT DISTINCT FROM v.row_number
CROSS JOIN LATERAL (
    -- What the row says otherwise. What it does not say is no difference; another spelling of
    -- the same name is none either. Most rows say the very same, and that is soon seen.
    SELECT CASE
        WHEN r.row_number IS NULL THEN '{}'::text[]
        WHEN r.nik = m.nik AND r.kk_number = m.kk_number AND r.name_key = m.name_key
            AND r.birth_on = m.birth_on AND r.sex = m.sex AND r.mother_key = m.mother_key
            AND r.village_id = m.village_id AND NOT r.deceased
        THEN '{}'
        ELSE array_remove(ARRAY[
            CASE WHEN r.nik <> m.nik OR m.nik IS NULL AND r.nik IS NOT NULL THEN 'nik' END,
            CASE WHEN r.kk_number <> m.kk_number OR m.kk_number IS NULL AND r.kk_number IS NOT NULL
                THEN 'kk_number' END,
            CASE WHEN replace(r.name_key, ' ', '') <> replace(m.name_key, ' ', '') THEN 'name' END,
            CASE WHEN r.birth_on <> m.birth_on OR m.birth_on IS NULL AND r.birth_on IS NOT NULL
                THEN 'birth_on' END,
            CASE WHEN r.sex <> m.sex OR m.sex IS NULL AND r.sex IS NOT NULL THEN 'sex' END,
            CASE WHEN replace(r.mother_key, ' ', '') <> replace(coalesce(m.mother_key, ''), ' ', '')
                THEN 'mother_name' END,
            CASE WHEN r.village_id <> m.village_id THEN 'village' END,
            CASE WHEN r.deceased THEN 'deceased' END
        ], NULL)
    END AS changed
) AS c
UNION ALL
SELECT
    %(first_id)s + %(members_span)s + r.row_number, %(snapshot)s, NULL, r.row_number,
    'new_in_source', 'nobody', '', NULL, NULL, NULL, NULL, '{}', '{}',
    coalesce(r.village_id, %(area)s)::varchar(13) COLLATE "C", NULL
FROM source AS r
WHERE NOT EXISTS (SELECT 1 FROM taken WHERE taken.row_number = r.row_number);

ALTER TABLE difference
    ALTER id SET DEFAULT nextval('dtks_difference_id_seq'),
    ALTER id SET NOT NULL, ALTER snapshot_id SET NOT NULL, ALTER outcome SET NOT NULL,
    ALTER rule SET NOT NULL, ALTER kind SET NOT NULL, ALTER candidates SET NOT NULL,
    ALTER kind SET DEFAULT '', ALTER candidates SET DEFAULT '{}',
    ALTER changed_fields SET NOT NULL, ALTER changed_fields SET DEFAULT '{}',
    ADD CHECK (snapshot_id = %(snapshot)s);
