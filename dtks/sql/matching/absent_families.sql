-- Step 9b, for a file with one row a family: whom it does not name is not missing from it. A family
-- is, when none of its members has found a row, and that is said once: of the head, where nobody is
-- marked head of the caretaker, else of the first of them. Parameter: caretaker_first (Final
-- Closing's row is the caretaker).
DELETE FROM verdict
USING (
    SELECT
        m.member_id,
        bool_or(v.row_number IS NOT NULL) OVER (PARTITION BY m.household_id) AS found,
        row_number() OVER (
            PARTITION BY m.household_id
            ORDER BY
                %(caretaker_first)s AND h.caretaker_id IS NOT DISTINCT FROM m.member_id DESC,
                b.relationship = 'head' DESC,
                h.caretaker_id IS NOT DISTINCT FROM m.member_id DESC,
                m.member_id
        ) AS place
    FROM member AS m
    JOIN verdict AS v USING (member_id)
    JOIN beneficiaries_member AS b ON b.id = m.member_id
    JOIN beneficiaries_household AS h ON h.id = m.household_id
) AS one
WHERE verdict.member_id = one.member_id AND verdict.outcome = 'missing'
    AND (one.found OR one.place > 1);
