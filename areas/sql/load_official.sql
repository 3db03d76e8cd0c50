-- The official list is laid over our table in one statement; safe to repeat.
-- An area the office named itself keeps its name; one known only by its code takes the official.
WITH changed AS (
    INSERT INTO areas_area (code, name, level, parent_id, code_system)
    SELECT code, name,
           length(code) - length(replace(code, '.', '')) + 1,
           nullif(regexp_replace(code, '\.?[0-9]+$', ''), ''),
           'kemendagri'
    FROM official_area
    ON CONFLICT (code) DO UPDATE
        SET name = excluded.name, code_system = 'kemendagri'
        WHERE (areas_area.code_system = 'kemendagri' OR areas_area.name = areas_area.code)
          AND (areas_area.name, areas_area.code_system) <> (excluded.name, 'kemendagri')
    RETURNING (xmax = 0) AS created
)
SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created) FROM changed
