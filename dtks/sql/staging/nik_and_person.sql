-- What a well-formed NIK says about birth date and sex, against the row's own columns. About 7 in
-- 100 true pairs differ (domain.md 4.4), so these are warnings; only a NIK that fits nowhere while
-- the family-card number carries this person's birth date is a pair of swapped cells. A NIK that
-- is the family-card number was copied from there.
-- The first condition lets the many rows in which everything agrees pass without further questions.
-- Parameters: snapshot; nik (place); severities.
CREATE TEMP TABLE staging_found (row_number, code, severity, field, column_index, value, params) AS
SELECT
    row_number, code, %(severities)s::jsonb ->> code, 'nik', %(nik)s - 1,
    pkh_mask(nik),
    CASE
        WHEN code = 'nik_sex_mismatch'
        THEN jsonb_build_object('sex', CASE WHEN day > 40 THEN 'P' ELSE 'L' END)
        ELSE '{}'
    END
FROM (
    SELECT row_number, nik, kk_number, birth_on, sex, substr(nik, 7, 2)::int AS day,
           substr(nik, 9, 2)::int AS month, pkh_nik_agrees(nik, birth_on, NULL) AS agrees
    FROM dtks_rowkey
    WHERE snapshot_id = %(snapshot)s AND nik IS NOT NULL
        AND (
            birth_on IS NULL
            OR sex IS NULL
            OR nik = kk_number
            OR substr(nik, 9, 4) <> to_char(birth_on, 'MMYY')
            OR substr(nik, 7, 2)::int - CASE WHEN sex = 'P' THEN 40 ELSE 0 END
                <> extract(day FROM birth_on)::int
        )
    OFFSET 0
) AS k
CROSS JOIN LATERAL (
    SELECT
        month BETWEEN 1 AND 12
        AND (CASE WHEN day > 40 THEN day - 40 ELSE day END) BETWEEN 1 AND
            CASE WHEN month = 2 THEN 29 WHEN month IN (4, 6, 9, 11) THEN 30 ELSE 31 END
        AS possible,
        -- A number that a second row has as its card is a card, whatever date it carries.
        coalesce(NOT agrees AND pkh_nik_agrees(kk_number, birth_on, NULL), false)
        AND NOT EXISTS (
            SELECT FROM dtks_rowkey AS other
            WHERE other.snapshot_id = %(snapshot)s AND other.kk_number = k.kk_number
                AND other.row_number <> k.row_number
        ) AS swapped
) AS judged
CROSS JOIN LATERAL (
    VALUES
        ('nik_kk_swapped', swapped),
        ('nik_is_kk', nik = kk_number),
        ('nik_date_impossible', NOT possible AND NOT swapped),
        ('nik_birth_mismatch', possible AND NOT agrees AND NOT swapped),
        ('nik_sex_mismatch', possible AND sex IN ('L', 'P') AND (day > 40) <> (sex = 'P') AND NOT swapped)
) AS found (code, holds)
WHERE holds
