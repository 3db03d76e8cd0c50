-- Which members a row may speak of, best grade first. Parameter: territory.
-- 0 same NIK and family, name and birth date agree; 1 the same, one of the two agrees;
-- 2 same NIK, other family, both agree; 3 the same, one agrees; 4 same family, name and birth
-- date, another NIK; 5 same NIK and family, nothing else agrees (two values corrected at once).
-- The same NIK in another family with nothing else in common is somebody else.
CREATE TEMP TABLE load_pair AS
SELECT * FROM (
    SELECT row_number, member_id, active,
           CASE
               WHEN here AND same_name AND same_birth THEN 0
               WHEN here AND (same_name OR same_birth) THEN 1
               WHEN same_name AND same_birth THEN 2
               WHEN same_name OR same_birth THEN 3
               WHEN here THEN 5
           END AS grade
    FROM (
        SELECT r.row_number, m.id AS member_id, m.status = 'active' AS active,
               m.household_id = p.household_id AS here,
               m.name = r.name OR coalesce(pkh_name_key(m.name) = r.name_key, false) AS same_name,
               coalesce(m.birth_on = r.birth_on, false) AS same_birth
        FROM load_row r
        JOIN load_place p ON p.row_number = r.row_number
        JOIN beneficiaries_member m ON m.nik = r.nik
        JOIN beneficiaries_household h ON h.id = m.household_id
        WHERE h.desa_id LIKE %(territory)s
    ) same_nik
    UNION ALL
    SELECT r.row_number, m.id, m.status = 'active', 4
    FROM load_row r
    JOIN load_place p ON p.row_number = r.row_number
    JOIN beneficiaries_member m ON m.household_id = p.household_id
    WHERE m.birth_on = r.birth_on
        AND m.nik IS DISTINCT FROM r.nik
        AND (m.name = r.name OR pkh_name_key(m.name) = r.name_key)
) graded
WHERE grade IS NOT NULL;
ANALYZE load_pair;
CREATE TEMP TABLE load_link (
    row_number integer PRIMARY KEY, member_id bigint NOT NULL UNIQUE, is_new boolean NOT NULL
);
