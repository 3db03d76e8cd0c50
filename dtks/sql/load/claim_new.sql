-- What nobody holds yet is a new household; without a village it cannot be one.
INSERT INTO load_claim
SELECT family, nextval('beneficiaries_household_id_seq'), true
FROM (
    SELECT family
    FROM load_family f
    WHERE village_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM load_claim c WHERE c.family = f.family)
    ORDER BY family
) unclaimed;
ANALYZE load_claim
