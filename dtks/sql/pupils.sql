-- Whom of the register each row speaks of: the same NIK, and a name that may be the same person's.
-- A NIK is never repaired, and nobody of another kabupaten is looked at. `problem` says why nobody
-- was found. Parameters: snapshot, district, period (year * 10 + stage), school_form, grade.
DROP TABLE IF EXISTS pupil;
CREATE TEMP TABLE pupil AS
WITH met AS (
    SELECT
        k.row_number, m.id AS member_id, m.household_id,
        pkh_names_agree(k.name_key, pkh_name_key(m.name)) AS agrees, m.status = 'active' AS active
    FROM dtks_rowkey k
    JOIN beneficiaries_member m ON m.nik = k.nik AND m.status <> 'duplicate'
    JOIN beneficiaries_household h
        ON h.id = m.household_id AND starts_with(h.desa_id, %(district)s || '.')
    WHERE k.snapshot_id = %(snapshot)s AND k.nik IS NOT NULL
),
best AS (
    SELECT
        row_number, bool_or(agrees) AS agrees,
        -- Who is here counts before who has left.
        CASE WHEN bool_or(agrees AND active) THEN count(*) FILTER (WHERE agrees AND active)
            ELSE count(*) FILTER (WHERE agrees) END AS people,
        (array_agg(member_id ORDER BY agrees DESC, active DESC, member_id))[1] AS member_id,
        (array_agg(household_id ORDER BY agrees DESC, active DESC, member_id))[1] AS household_id
    FROM met
    GROUP BY row_number
)
SELECT
    k.row_number,
    CASE WHEN b.agrees AND b.people = 1 THEN b.member_id END AS member_id,
    CASE WHEN b.agrees AND b.people = 1 THEN b.household_id END AS household_id,
    coalesce(known.component, said.component) AS component,
    CASE
        WHEN b.row_number IS NULL THEN 'pupil_unknown'
        WHEN NOT b.agrees THEN 'pupil_name_differs'
        WHEN b.people > 1 THEN 'pupil_twice_in_register'
        WHEN coalesce(known.component, said.component) IS NULL THEN 'pupil_level_unknown'
    END AS problem
FROM dtks_rowkey k
JOIN dtks_sourcerow r ON r.snapshot_id = %(snapshot)s AND r.row_number = k.row_number
LEFT JOIN best b ON b.row_number = k.row_number
LEFT JOIN LATERAL (
    SELECT c.component
    FROM beneficiaries_membercomponent c
    WHERE c.member_id = b.member_id AND c.component IN ('primary', 'junior', 'senior')
    ORDER BY c.year * 10 + c.stage > %(period)s, abs(c.year * 10 + c.stage - %(period)s), c.component
    LIMIT 1
) AS known ON true
CROSS JOIN LATERAL (
    SELECT
        upper(btrim(coalesce(r.cells[%(school_form)s::int], ''))) AS form,
        substring(r.cells[%(grade)s::int] FROM '[0-9]{1,2}')::int AS grade
) AS word
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN word.form ~ '^(SMA|SMK|MA|MAK|MAN|MAS|SLTA|PAKET C)' THEN 'senior'
        WHEN word.form ~ '^(SMP|MTS|SLTP|PAKET B)' THEN 'junior'
        WHEN word.form ~ '^(SD|MI|PAKET A)' THEN 'primary'
        WHEN word.form = '' AND word.grade BETWEEN 1 AND 6 THEN 'primary'
        WHEN word.form = '' AND word.grade BETWEEN 7 AND 9 THEN 'junior'
        WHEN word.form = '' AND word.grade BETWEEN 10 AND 12 THEN 'senior'
    END AS component
) AS said
WHERE k.snapshot_id = %(snapshot)s AND k.nik IS NOT NULL AND k.name IS NOT NULL;
CREATE INDEX ON pupil (row_number);
ANALYZE pupil
