-- What makes an outcome single. Unique indexes first: a key added at once would lock the table
-- against outcome_lists.sql, which runs beside this.
CREATE UNIQUE INDEX difference_pkey ON difference (snapshot_id, id);
CREATE UNIQUE INDEX ON difference (snapshot_id, member_id) WHERE member_id IS NOT NULL;
CREATE UNIQUE INDEX ON difference (snapshot_id, row_number) WHERE outcome = 'new_in_source';
CREATE INDEX ON difference (snapshot_id, village_id, id) INCLUDE (outcome, kind, probability)
    WHERE decision_id IS NULL AND outcome IN ('review', 'duplicate', 'matched_changed');
