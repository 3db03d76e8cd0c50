-- Final Closing: every row is a family, and its person the caretaker.
CREATE TEMP TABLE load_family AS
SELECT row_number AS family, nik, name, name_key, birth_on, kk_number, village_id,
       address, hamlet, rt, rw
FROM load_row;
CREATE INDEX ON load_family (nik);
CREATE INDEX ON load_family (kk_number);
ANALYZE load_family;
CREATE TEMP TABLE load_belongs AS SELECT row_number, row_number AS family FROM load_row;
CREATE INDEX ON load_belongs (row_number);
ANALYZE load_belongs;
CREATE TEMP TABLE load_claim (
    family integer PRIMARY KEY, household_id bigint NOT NULL UNIQUE, is_new boolean NOT NULL
);
