-- "Not the same" holds while the compared values of both sides are what they were.
DELETE FROM met
USING dtks_notsame AS n, member AS m, source AS r
WHERE n.member_id = met.member_id AND m.member_id = met.member_id
    AND r.row_number = met.row_number
    AND n.fingerprint = pkh_fingerprint(
        m.nik, m.kk_number, m.name_key, m.birth_on, m.sex, m.mother_key, m.village_id,
        r.nik, r.kk_number, r.name_key, r.birth_on, r.sex, r.mother_key, r.village_id
    )
    AND NOT EXISTS (
        SELECT 1 FROM decided WHERE decided.member_id = met.member_id AND decided.row_number = met.row_number
    );
ANALYZE met;
