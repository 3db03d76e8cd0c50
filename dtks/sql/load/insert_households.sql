-- New households. The caretaker is Final Closing's person, when he or she lives here.
-- Parameters: snapshot, source, year, stage, on, by.
INSERT INTO beneficiaries_household (
    id, kk_number, desa_id, address, hamlet, rt, rw, caretaker_id, first_year, first_stage,
    loaded_from, loaded_row
)
SELECT
    c.household_id, f.kk_number, f.village_id, f.address, f.hamlet, f.rt, f.rw,
    CASE WHEN %(source)s = 'final_closing' AND (l.is_new OR w.household_id = c.household_id)
        THEN l.member_id END,
    CASE WHEN %(source)s = 'final_closing' THEN %(year)s END,
    CASE WHEN %(source)s = 'final_closing' THEN %(stage)s END,
    %(snapshot)s, c.family
FROM load_claim c
JOIN load_family f ON f.family = c.family
LEFT JOIN load_link l ON l.row_number = c.family
LEFT JOIN load_member w ON w.member_id = l.member_id
WHERE c.is_new
ORDER BY c.family;

INSERT INTO beneficiaries_householdstatuschange (household_id, status, "on", reason, by_id, recorded_at)
SELECT household_id, 'active', %(on)s, '', %(by)s, now()
FROM load_claim
WHERE is_new
ORDER BY family
