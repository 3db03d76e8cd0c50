-- Step 6: each pair gets the score of its vector; what is below the lower threshold is let go.
-- Parameters: lower.
CREATE UNLOGGED TABLE candidate AS
SELECT p.member_id, p.row_number, p.same_card, p.nik, p.name, v.vector_id, v.score, v.probability,
    -- Firm enough to need nobody: number or card agree, and name, and birth date or mother. On one
    -- card stand brothers and twins, who share mother, village and half their names:
    --   two sound numbers that differ are two people, unless all of name and birth date is the same;
    --   a name one letter off, without a number close to the other, needs birth date and mother, and
    --   no masked number (what a mask leaves is what twins share);
    --   a name that is only like the other needs the very birth date and a number not against it.
    (p.same_card OR p.nik = 8) AND CASE
        WHEN p.nik IN (1, 2) THEN p.name >= 6 AND p.birth_on = 7
        WHEN p.name = 5 AND p.nik IN (0, 3, 5, 6)
            THEN p.birth_on = 7 AND p.mother_name >= 3 AND p.nik <> 6
        WHEN p.name >= 5 THEN p.nik = 8 OR p.birth_on >= 5 OR p.mother_name >= 3
        WHEN p.name >= 3 THEN p.birth_on = 7 AND p.nik <> 7
        ELSE false
    END AS firm
FROM pair AS p
JOIN vector AS v USING (same_card, name, birth_on, mother_name, nik, village, sex)
WHERE v.probability >= %(lower)s
    -- Two sound numbers and two names are two people, whatever else they share: twins do.
    AND NOT (p.name = 1 AND p.nik IN (1, 2));
ANALYZE candidate;

CREATE UNLOGGED TABLE linked (
    member_id bigint PRIMARY KEY, row_number integer NOT NULL UNIQUE
);
