-- Known households, only those that change; a card that is replaced stays findable.
-- Parameters: on, by.
INSERT INTO beneficiaries_formercard (household_id, kk_number, replaced_on, replaced_by_id)
SELECT w.id, w.former_kk_number, %(on)s, %(by)s
FROM load_household w
WHERE w.former_kk_number <> w.kk_number
    AND NOT EXISTS (
        SELECT FROM beneficiaries_formercard c
        WHERE c.household_id = w.id AND c.kk_number = w.former_kk_number
    );

WITH written AS (
    UPDATE beneficiaries_household h
    SET kk_number = w.kk_number, desa_id = w.desa_id, address = w.address, hamlet = w.hamlet,
        rt = w.rt, rw = w.rw, caretaker_id = w.caretaker_id,
        first_year = w.first_period / 10, first_stage = w.first_period %% 10,
        version = h.version + 1
    FROM load_household w
    WHERE h.id = w.id
        AND (h.kk_number, h.desa_id, h.address, h.hamlet, h.rt, h.rw, h.caretaker_id,
             h.first_year::int, h.first_stage::int)
        IS DISTINCT FROM
            (w.kk_number, w.desa_id, w.address, w.hamlet, w.rt, w.rw, w.caretaker_id,
             w.first_period / 10, w.first_period %% 10)
    RETURNING h.id
)
INSERT INTO load_written SELECT 'household', id FROM written
