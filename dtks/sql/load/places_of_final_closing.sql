-- Which household a row's person belongs to.
CREATE TEMP TABLE load_place AS
SELECT family AS row_number, household_id FROM load_claim;
CREATE INDEX ON load_place (row_number);
ANALYZE load_place;
