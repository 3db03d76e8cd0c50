-- Which waiting jobs of one queue need a (new) message, stamped in the same breath so that the
-- next sweep leaves them alone. A job nobody takes is announced ever more slowly, at most once a
-- minute: messages wait in the broker for as long as no worker runs, and must not pile up.
-- Chosen once, in a table of its own: as a condition of the UPDATE the choice may be made anew
-- for every row, and then the limit holds for none.
WITH due AS MATERIALIZED (
    SELECT id
      FROM jobs_job
     WHERE state IN ('queued', 'running')
       AND queue = %(queue)s
       AND (leased_until IS NULL OR leased_until <= statement_timestamp())
       AND attempts < max_attempts
       AND cancel_requested_at IS NULL
       AND (published_at IS NULL
            OR published_at <= statement_timestamp() - LEAST(
                   GREATEST(
                       (statement_timestamp() - COALESCE(leased_until, created_at)) / 2,
                       make_interval(secs => %(interval)s)),
                   interval '60 seconds'))
     ORDER BY created_at
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
)
UPDATE jobs_job
   SET published_at = statement_timestamp()
  FROM due
 WHERE jobs_job.id = due.id
RETURNING jobs_job.id
