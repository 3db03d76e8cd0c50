-- Somebody who moves to another family is no longer the caretaker of the former one.
UPDATE beneficiaries_household h
SET caretaker_id = NULL, version = h.version + 1
FROM load_member w
WHERE h.caretaker_id = w.member_id AND w.household_id <> h.id
