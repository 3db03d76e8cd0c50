-- One statement per check; dtks/integrity.py names them.
-- check: caretaker_of_another_household
SELECT count(*) FROM beneficiaries_household h
JOIN beneficiaries_member m ON m.id = h.caretaker_id
WHERE m.household_id <> h.id
-- check: same_person_twice_in_household
SELECT count(*) FROM (
    SELECT FROM beneficiaries_member
    WHERE status = 'active' AND nik IS NOT NULL
    GROUP BY household_id, nik, name, birth_on
    HAVING count(*) > 1
) twice
-- check: member_version_behind_history
SELECT count(*) FROM beneficiaries_member m
JOIN (
    SELECT pgh_obj_id, max(version) AS version FROM beneficiaries_memberevent GROUP BY pgh_obj_id
) e ON e.pgh_obj_id = m.id
WHERE e.version >= m.version
-- check: household_version_behind_history
SELECT count(*) FROM beneficiaries_household h
JOIN (
    SELECT pgh_obj_id, max(version) AS version
    FROM beneficiaries_householdevent GROUP BY pgh_obj_id
) e ON e.pgh_obj_id = h.id
WHERE e.version >= h.version
-- check: component_without_listing
SELECT count(*) FROM beneficiaries_membercomponent c
WHERE c.loaded_from IS NOT NULL AND NOT EXISTS (
    SELECT FROM beneficiaries_memberperiod p
    WHERE p.member_id = c.member_id AND p.year = c.year AND p.stage = c.stage
)
-- check: component_of_unknown_period
SELECT count(*) FROM beneficiaries_membercomponent c
LEFT JOIN dtks_snapshot s ON s.id = c.loaded_from
WHERE c.loaded_from IS NOT NULL
    AND (s.id IS NULL OR s.source <> 'members' OR (s.year, s.stage) <> (c.year, c.stage))
-- check: period_of_unknown_file
SELECT count(*) FROM beneficiaries_householdperiod p
LEFT JOIN dtks_snapshot s ON s.id = p.loaded_from
WHERE p.loaded_from IS NOT NULL
    AND (s.id IS NULL OR s.source <> 'final_closing' OR (s.year, s.stage) <> (p.year, p.stage))
-- check: first_period_is_not_the_earliest
SELECT count(*) FROM beneficiaries_household h
JOIN (
    SELECT household_id, min(year * 10 + stage) AS earliest
    FROM beneficiaries_householdperiod GROUP BY household_id
) p ON p.household_id = h.id
WHERE h.first_year * 10 + h.first_stage > p.earliest
-- check: status_without_dated_row
SELECT count(*) FROM beneficiaries_household h
WHERE h.loaded_from IS NOT NULL AND h.status IS DISTINCT FROM (
    SELECT c.status FROM beneficiaries_householdstatuschange c
    WHERE c.household_id = h.id ORDER BY c.id DESC LIMIT 1
)
-- check: former_card_never_held
SELECT count(*) FROM beneficiaries_formercard c
JOIN beneficiaries_household h ON h.id = c.household_id
WHERE NOT EXISTS (
    SELECT FROM beneficiaries_householdevent e
    WHERE e.pgh_obj_id = h.id AND e.kk_number = c.kk_number
)
-- check: exit_date_without_exit
SELECT count(*) FROM beneficiaries_household
WHERE (status = 'exited') <> (exited_on IS NOT NULL)
-- check: rows_do_not_add_up
SELECT count(*) FROM dtks_snapshot s
WHERE s.state IN ('staged', 'approved') AND (
    s.rows_read <> s.rows_staged + s.rows_rejected
    OR s.rows_read <> (SELECT count(*) FROM dtks_sourcerow r WHERE r.snapshot_id = s.id)
)
-- check: problem_counts_differ
SELECT count(*) FROM dtks_snapshot s
WHERE s.state IN ('staged', 'approved') AND (
    s.rows_rejected <> (
        SELECT count(DISTINCT p.row_number) FROM dtks_rowproblem p
        WHERE p.snapshot_id = s.id AND p.severity = 'reject'
    )
    OR s.rows_with_warnings <> (
        SELECT count(DISTINCT p.row_number) FROM dtks_rowproblem p
        WHERE p.snapshot_id = s.id AND p.severity = 'warn'
    )
)
-- check: approved_by_importer
SELECT count(*) FROM dtks_snapshot WHERE state = 'approved' AND decided_by_id = uploaded_by_id
-- check: approved_without_result
SELECT count(*) FROM dtks_snapshot
WHERE state = 'approved' AND source IN ('final_closing', 'members')
    AND (NOT loaded ? 'members_created' OR decided_at IS NULL OR decided_by_id IS NULL)
-- check: loaded_totals_differ
SELECT count(*) FROM dtks_snapshot s
WHERE s.state = 'approved' AND (
    (s.source = 'final_closing' AND (s.loaded ->> 'households_created')::bigint < (
        SELECT count(*) FROM beneficiaries_household h WHERE h.loaded_from = s.id
    ))
    OR (s.source = 'final_closing' AND (s.loaded ->> 'households_in_file')::bigint < (
        SELECT count(*) FROM beneficiaries_householdperiod p WHERE p.loaded_from = s.id
    ))
    OR (s.source = 'education_checks' AND (s.loaded ->> 'checks')::bigint < (
        SELECT count(DISTINCT m.check_of_id) FROM facilitators_commitmentmonth m
        WHERE m.loaded_from = s.id
    ))
    OR (s.source = 'members' AND (s.loaded ->> 'members_in_file')::bigint < (
        SELECT count(*) FROM beneficiaries_memberperiod p WHERE p.loaded_from = s.id
    ))
)
-- check: staged_rows_without_file
SELECT count(*) FROM pg_class c
JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE i.inhparent = 'dtks_sourcerow'::regclass
    AND NOT EXISTS (SELECT FROM dtks_snapshot s WHERE c.relname = 'dtks_sourcerow_' || s.id)
-- check: decision_about_missing_row
SELECT count(*) FROM dtks_decision d
JOIN dtks_snapshot s ON s.id = d.snapshot_id
WHERE s.state IN ('staged', 'approved') AND d.withdrawn_at IS NULL AND d.row_number IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM dtks_sourcerow r
        WHERE r.snapshot_id = d.snapshot_id AND r.row_number = d.row_number
    )
-- check: difference_of_missing_member
SELECT count(*) FROM dtks_difference d
WHERE d.member_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM beneficiaries_member m WHERE m.id = d.member_id)
-- check: decision_not_on_its_difference
SELECT count(*) FROM dtks_difference d
LEFT JOIN dtks_decision e ON e.id = d.decision_id
WHERE d.decision_id IS NOT NULL AND (
    e.id IS NULL OR e.withdrawn_at IS NOT NULL
    OR e.snapshot_id <> d.snapshot_id OR e.member_id IS DISTINCT FROM d.member_id
)
-- check: job_finished_but_open
SELECT count(*) FROM jobs_job
WHERE state = 'running' AND leased_until < now() - interval '10 minutes'
-- check: effect_without_audit
SELECT
    (
        SELECT count(*) FROM dtks_decision d WHERE NOT EXISTS (
            SELECT FROM accounts_auditevent a
            WHERE a.verb = 'difference.decided' AND a.target_id = d.id::text
        )
    ) + (
        SELECT count(*) FROM dtks_snapshot s WHERE s.state = 'approved' AND NOT EXISTS (
            SELECT FROM accounts_auditevent a
            WHERE a.verb = 'snapshot.approved' AND a.target_id = s.id::text
        )
    )
