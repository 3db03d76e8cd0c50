-- Step 6: each pair gets the score of its vector; what is below the lower threshold is let go.
-- Parameters: lower.
CREATE UNLOGGED TABLE candidate AS
SELECT p.member_id, p.row_number, p.same_card, p.nik, p.name, v.vector_id, v.score, v.probability,
    (p.same_card OR p.nik = 8) AND p.name >= 3 AND (p.name >= 5 OR p.nik NOT IN (1, 2, 7)) AS firm
FROM pair AS p
JOIN vector AS v USING (same_card, name, birth_on, mother_name, nik, village, sex)
WHERE v.probability >= %(lower)s
    -- Two sound numbers and two names are two people, whatever else they share: twins do.
    AND NOT (p.name = 1 AND p.nik IN (1, 2));
ANALYZE candidate;

CREATE UNLOGGED TABLE linked (
    member_id bigint PRIMARY KEY, row_number integer NOT NULL UNIQUE
);
