-- Rupiah of this Final Closing: stated, computed, and how many families differ.
-- Parameters: year, stage.
SELECT jsonb_build_object(
    'stated_total', coalesce(sum(hp.stated_amount), 0),
    'computed_total', coalesce(sum(hp.computed_amount), 0),
    'amount_differs', count(*) FILTER (
        WHERE hp.stated_amount IS NOT NULL AND hp.stated_amount IS DISTINCT FROM hp.computed_amount
    )
)
FROM beneficiaries_householdperiod hp
JOIN load_claim c ON c.household_id = hp.household_id
WHERE hp.year = %(year)s AND hp.stage = %(stage)s
