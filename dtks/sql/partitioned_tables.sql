-- Everything a file's rows need, by snapshot: a partition comes, is filled and is dropped whole.
-- Partitions are made by the code that fills them: dtks_sourcerow_<snapshot> and so on.
CREATE TABLE dtks_sourcerow (
    snapshot_id bigint NOT NULL,
    row_number integer NOT NULL,
    cells text[] NOT NULL,
    "numeric" smallint[],
    PRIMARY KEY (snapshot_id, row_number)
) PARTITION BY LIST (snapshot_id);

CREATE TABLE dtks_rowkey (
    snapshot_id bigint NOT NULL,
    row_number integer NOT NULL,
    nik text,
    nik_state text NOT NULL,
    nik_digits text,
    kk_number text,
    kk_state text NOT NULL,
    name text,
    name_key text,
    birth_on date,
    sex text,
    mother_key text,
    relationship text,
    village_id varchar(13) COLLATE "C",
    deceased boolean NOT NULL,
    PRIMARY KEY (snapshot_id, row_number)
) PARTITION BY LIST (snapshot_id);

CREATE SEQUENCE dtks_rowproblem_id_seq AS bigint;
CREATE TABLE dtks_rowproblem (
    id bigint NOT NULL DEFAULT nextval('dtks_rowproblem_id_seq'),
    snapshot_id bigint NOT NULL,
    row_number integer NOT NULL,
    code text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('reject', 'warn', 'note')),
    field text NOT NULL DEFAULT '',
    column_index smallint,
    value text NOT NULL DEFAULT '',
    params jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (snapshot_id, id)
) PARTITION BY LIST (snapshot_id);
CREATE INDEX rowproblem_code ON dtks_rowproblem (snapshot_id, code, row_number);
CREATE INDEX rowproblem_row ON dtks_rowproblem (snapshot_id, row_number);

CREATE SEQUENCE dtks_difference_id_seq AS bigint;
CREATE TABLE dtks_difference (
    id bigint NOT NULL DEFAULT nextval('dtks_difference_id_seq'),
    snapshot_id bigint NOT NULL,
    member_id bigint,
    row_number integer,
    outcome text NOT NULL CHECK (
        outcome IN ('matched', 'matched_changed', 'review', 'duplicate', 'missing', 'new_in_source')
    ),
    rule text NOT NULL,
    kind text NOT NULL DEFAULT '',
    probability real,
    score integer,
    weights smallint[],
    levels smallint[],
    candidates integer[] NOT NULL DEFAULT '{}',
    changed_fields text[] NOT NULL DEFAULT '{}',
    village_id varchar(13) COLLATE "C",
    decision_id bigint,
    PRIMARY KEY (snapshot_id, id)
) PARTITION BY LIST (snapshot_id);
CREATE UNIQUE INDEX difference_one_per_member
    ON dtks_difference (snapshot_id, member_id) WHERE member_id IS NOT NULL;
CREATE UNIQUE INDEX difference_one_per_new_row
    ON dtks_difference (snapshot_id, row_number) WHERE outcome = 'new_in_source';
CREATE INDEX difference_queue
    ON dtks_difference (snapshot_id, outcome, village_id, probability);

-- "Not the same" as matching reads it: decisions that stand.
CREATE VIEW dtks_notsame AS
    SELECT member_id, fingerprint
    FROM dtks_decision
    WHERE verdict = 'not_same' AND withdrawn_at IS NULL;
