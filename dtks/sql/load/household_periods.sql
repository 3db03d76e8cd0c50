-- What Final Closing states for each family in this period; a later file of the same period
-- replaces it. Parameters: snapshot, year, stage.
WITH written AS (
    INSERT INTO beneficiaries_householdperiod AS hp (
        household_id, year, stage, counts, stated_amount, ministry_status, loaded_from, loaded_row
    )
    SELECT c.household_id, %(year)s, %(stage)s, coalesce(n.counts, '{}'), r.stated_amount,
           r.ministry_status, %(snapshot)s, r.row_number
    FROM load_claim c
    JOIN load_row r ON r.row_number = c.family
    LEFT JOIN load_counts n ON n.row_number = c.family
    ON CONFLICT (household_id, year, stage) DO UPDATE
    SET counts = excluded.counts, stated_amount = excluded.stated_amount,
        ministry_status = excluded.ministry_status, loaded_from = excluded.loaded_from,
        loaded_row = excluded.loaded_row
    WHERE (hp.counts, hp.stated_amount, hp.ministry_status)
        IS DISTINCT FROM (excluded.counts, excluded.stated_amount, excluded.ministry_status)
    RETURNING hp.household_id
)
INSERT INTO load_written SELECT 'household', household_id FROM written
