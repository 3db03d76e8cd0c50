-- Rows that may repeat somebody whose number is verified already: the second row of a person
-- often has a damaged number, and would otherwise be taken for somebody new.
CREATE UNLOGGED TABLE met AS
SELECT m.member_id, r.row_number
FROM verified JOIN member AS m USING (member_id) JOIN open_row AS r USING (kk_number)
WHERE r.birth_on = m.birth_on OR r.name_key = m.name_key
UNION
SELECT m.member_id, r.row_number
FROM verified JOIN member AS m USING (member_id)
JOIN open_row AS r USING (name_key, birth_on, mother_key);
DROP TABLE open_row;
