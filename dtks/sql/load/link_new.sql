-- Whoever is nobody yet is a new member.
INSERT INTO load_link
SELECT row_number, nextval('beneficiaries_member_id_seq'), true
FROM (
    SELECT p.row_number
    FROM load_place p
    WHERE NOT EXISTS (SELECT FROM load_link l WHERE l.row_number = p.row_number)
    ORDER BY p.row_number
) unknown;
ANALYZE load_link
