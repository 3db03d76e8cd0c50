ANALYZE load_written;

-- What this load did, and what the file says of families and components.
-- Parameters: snapshot, year, stage, area, source.
SELECT jsonb_build_object(
    'households_created', (SELECT count(*) FROM load_claim WHERE is_new),
    'households_updated', (
        SELECT count(DISTINCT w.id) FROM load_written w
        WHERE w.kind = 'household'
            AND NOT EXISTS (SELECT FROM load_claim c WHERE c.household_id = w.id AND c.is_new)
    ),
    'households_in_file', (SELECT count(*) FROM load_claim),
    'members_created', (SELECT count(*) FROM load_link WHERE is_new),
    'members_updated', (
        SELECT count(DISTINCT w.id) FROM load_written w
        WHERE w.kind = 'member'
            AND NOT EXISTS (SELECT FROM load_link l WHERE l.member_id = w.id AND l.is_new)
    ),
    'members_in_file', (SELECT count(*) FROM load_link),
    'absent', (
        SELECT count(*) FROM beneficiaries_household h
        WHERE (h.desa_id = %(area)s OR h.desa_id LIKE %(area)s || '.%%')
            AND h.status <> 'exited'
            AND NOT EXISTS (SELECT FROM load_place p WHERE p.household_id = h.id)
            AND NOT EXISTS (SELECT FROM load_claim c WHERE c.household_id = h.id)
    ),
    'exited_in_file', (
        SELECT count(*) FROM load_claim c
        JOIN beneficiaries_household h ON h.id = c.household_id
        WHERE h.status = 'exited'
    ),
    'components', CASE %(source)s
        WHEN 'members' THEN coalesce((
            SELECT jsonb_object_agg(component, number) FROM (
                SELECT c.component, count(*) AS number
                FROM load_component c
                JOIN load_link l ON l.row_number = c.row_number
                GROUP BY c.component
            ) by_component
        ), '{}')
        ELSE coalesce((
            SELECT jsonb_object_agg(key, number) FROM (
                SELECT n.key, sum(n.value::bigint) AS number
                FROM beneficiaries_householdperiod hp
                JOIN load_claim c ON c.household_id = hp.household_id
                CROSS JOIN LATERAL jsonb_each_text(hp.counts) n
                WHERE hp.year = %(year)s AND hp.stage = %(stage)s
                GROUP BY n.key
            ) by_component
        ), '{}')
    END
)
