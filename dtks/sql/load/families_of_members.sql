-- Members file: the rows of one card are a family; where it lives is what its first rows say.
CREATE TEMP TABLE load_family AS
SELECT
    min(row_number) AS family, kk_number,
    (array_agg(village_id ORDER BY row_number) FILTER (WHERE village_id IS NOT NULL))[1] AS village_id,
    coalesce((array_agg(address ORDER BY row_number) FILTER (WHERE address <> ''))[1], '') AS address,
    coalesce((array_agg(hamlet ORDER BY row_number) FILTER (WHERE hamlet <> ''))[1], '') AS hamlet,
    coalesce((array_agg(rt ORDER BY row_number) FILTER (WHERE rt <> ''))[1], '') AS rt,
    coalesce((array_agg(rw ORDER BY row_number) FILTER (WHERE rw <> ''))[1], '') AS rw
FROM load_row
WHERE kk_number IS NOT NULL
GROUP BY kk_number;
CREATE INDEX ON load_family (kk_number);
ANALYZE load_family;
CREATE TEMP TABLE load_belongs AS
SELECT r.row_number, f.family FROM load_row r JOIN load_family f ON f.kk_number = r.kk_number;
CREATE INDEX ON load_belongs (row_number);
ANALYZE load_belongs;
CREATE TEMP TABLE load_claim (
    family integer PRIMARY KEY, household_id bigint NOT NULL UNIQUE, is_new boolean NOT NULL
);
