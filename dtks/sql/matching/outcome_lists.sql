-- The order in which outcomes are listed: as long in the making as all of outcome_keys.sql.
CREATE INDEX ON difference (snapshot_id, outcome, village_id, probability);
