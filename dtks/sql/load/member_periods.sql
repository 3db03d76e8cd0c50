-- Who stood in the members file of this period, and with which components; a later file of the
-- same period replaces the components of the people it names. Parameters: snapshot, year, stage.
WITH written AS (
    INSERT INTO beneficiaries_memberperiod (member_id, year, stage, loaded_from, loaded_row)
    SELECT member_id, %(year)s, %(stage)s, %(snapshot)s, row_number
    FROM load_link
    ON CONFLICT (member_id, year, stage) DO NOTHING
    RETURNING member_id
)
INSERT INTO load_written SELECT 'member', member_id FROM written;

WITH gone AS (
    DELETE FROM beneficiaries_membercomponent mc
    USING load_link l
    WHERE mc.member_id = l.member_id
        AND mc.year = %(year)s AND mc.stage = %(stage)s
        AND NOT EXISTS (
            SELECT FROM load_component c
            WHERE c.row_number = l.row_number AND c.component = mc.component
        )
    RETURNING mc.member_id
)
INSERT INTO load_written SELECT 'member', member_id FROM gone;

WITH written AS (
    INSERT INTO beneficiaries_membercomponent (member_id, year, stage, component, loaded_from)
    SELECT l.member_id, %(year)s, %(stage)s, c.component, %(snapshot)s
    FROM load_component c
    JOIN load_link l ON l.row_number = c.row_number
    ON CONFLICT (member_id, year, stage, component) DO NOTHING
    RETURNING member_id
)
INSERT INTO load_written SELECT 'member', member_id FROM written
