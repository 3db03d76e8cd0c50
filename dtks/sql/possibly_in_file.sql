-- Which of these families a Final Closing may hold after all, in a row that could not be loaded: a
-- rejected one, or one without a usable NIK. Same card now or formerly, a member's NIK, or a
-- member's name in the same village. Parameters: snapshot, households.
WITH family AS (
    SELECT h.id, h.kk_number, h.desa_id
    FROM beneficiaries_household h
    WHERE h.id = ANY(%(households)s)
), person AS (
    SELECT f.id, f.desa_id, m.nik, pkh_name_key(m.name) AS name_key
    FROM family f
    JOIN beneficiaries_member m ON m.household_id = f.id
), line AS (
    SELECT k.kk_number, k.nik, k.name_key, k.village_id
    FROM dtks_rowkey k
    WHERE k.snapshot_id = %(snapshot)s
)
SELECT f.id FROM family f JOIN line l ON l.kk_number = f.kk_number
UNION
SELECT f.id
FROM family f
JOIN beneficiaries_formercard c ON c.household_id = f.id
JOIN line l ON l.kk_number = c.kk_number
UNION
SELECT p.id FROM person p JOIN line l ON l.nik = p.nik
UNION
SELECT p.id FROM person p JOIN line l ON l.village_id = p.desa_id AND l.name_key = p.name_key
