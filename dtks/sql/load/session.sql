-- Until the transaction ends: long, seldom and bounded work may sort in memory, and compiling
-- expressions costs more here than it saves.
SET LOCAL jit = off;
SET LOCAL work_mem = '64MB';
-- In a first load the register's own tables grow from nothing inside this transaction, and the
-- planner still believes them empty: a nested loop over 75,000 families takes an hour.
SET LOCAL enable_nestloop = off
