-- Until the transaction ends: long, seldom and bounded work. Its tables grow inside the
-- transaction while the planner still believes them empty: a nested loop over them takes an hour.
SET LOCAL jit = off;
SET LOCAL work_mem = '64MB';
SET LOCAL enable_nestloop = off
