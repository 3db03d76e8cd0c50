-- A reconciliation makes its questions anew; what people decided about the same member and row
-- stands. "Not the same" belongs to one row only: another row is another question.
-- Parameter: snapshot.
UPDATE dtks_difference d
SET decision_id = latest.id
FROM (
    SELECT DISTINCT ON (member_id, row_number) id, member_id, row_number, verdict
    FROM dtks_decision
    WHERE snapshot_id = %(snapshot)s AND withdrawn_at IS NULL
    ORDER BY member_id, row_number, at DESC, id DESC
) latest
WHERE d.snapshot_id = %(snapshot)s
    AND d.member_id = latest.member_id
    AND (
        d.row_number IS NOT DISTINCT FROM latest.row_number
        OR (latest.verdict <> 'not_same' AND latest.row_number = ANY (d.candidates))
    )
    AND d.decision_id IS DISTINCT FROM latest.id
