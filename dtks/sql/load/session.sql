-- Until the transaction ends: long, seldom and bounded work may sort in memory, and compiling
-- expressions costs more here than it saves.
SET LOCAL jit = off;
SET LOCAL work_mem = '64MB'
