-- Pupils the register does not know, or knows otherwise. Needs pupil.
-- Parameters: severities, nik, name (places from 1).
CREATE TEMP TABLE staging_found (row_number, code, severity, field, column_index, value, params) AS
SELECT
    row_number, problem, %(severities)s::jsonb ->> problem,
    CASE problem WHEN 'pupil_name_differs' THEN 'name' ELSE 'nik' END,
    CASE problem WHEN 'pupil_name_differs' THEN %(name)s ELSE %(nik)s END - 1,
    '', '{}'::jsonb
FROM pupil
WHERE problem IS NOT NULL
