-- The compared values of a member and a row, hashed. Parameters: member, snapshot, row_number.
SELECT pkh_fingerprint(
    m.nik, h.kk_number, pkh_name_key(m.name), m.birth_on, nullif(m.sex, ''),
    pkh_name_key(m.mother_name), h.desa_id,
    r.nik, r.kk_number, r.name_key, r.birth_on, r.sex, r.mother_key, r.village_id
)
FROM beneficiaries_member AS m
JOIN beneficiaries_household AS h ON h.id = m.household_id
JOIN dtks_rowkey AS r ON r.snapshot_id = %(snapshot)s AND r.row_number = %(row_number)s
WHERE m.id = %(member)s;
