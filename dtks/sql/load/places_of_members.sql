-- Which household a row's person belongs to: that of the card. Where several families share one
-- card, and where the row has no card, somebody known already stays where he or she is.
-- Parameter: territory.
CREATE TEMP TABLE load_place AS
WITH shared AS (
    SELECT kk_number
    FROM beneficiaries_household
    WHERE desa_id LIKE %(territory)s AND kk_number IS NOT NULL
    GROUP BY kk_number
    HAVING count(*) > 1
), stays AS (
    SELECT DISTINCT ON (r.row_number) r.row_number, h.id AS household_id
    FROM load_row r
    JOIN beneficiaries_member m ON m.nik = r.nik
    JOIN beneficiaries_household h ON h.id = m.household_id
    WHERE h.desa_id LIKE %(territory)s
        AND (r.kk_number IS NULL OR r.kk_number IN (SELECT kk_number FROM shared))
        AND (r.kk_number IS NULL OR h.kk_number = r.kk_number)
        AND (m.birth_on = r.birth_on OR m.name = r.name OR pkh_name_key(m.name) = r.name_key)
    ORDER BY r.row_number, h.id
)
SELECT r.row_number, coalesce(stays.household_id, c.household_id) AS household_id
FROM load_row r
LEFT JOIN load_belongs b ON b.row_number = r.row_number
LEFT JOIN load_claim c ON c.family = b.family
LEFT JOIN stays ON stays.row_number = r.row_number
WHERE coalesce(stays.household_id, c.household_id) IS NOT NULL;
CREATE INDEX ON load_place (row_number);
ANALYZE load_place;
