-- Families that lose their last component within the four quarters after the running one, or that
-- have components and are ready to leave by choice. `household`: one family, or NULL for all.
-- graduation/forecast.py says the same of one family; a test holds the two together.
WITH RECURSIVE
rule AS (
    SELECT DISTINCT ON (component) component, ends, number, latest_age, continues_as
    FROM graduation_componentend
    WHERE valid_from <= %(today)s::date
    ORDER BY component, valid_from DESC
),
-- Looked up member by member, so that it costs the same whether or not the database has counted
-- its tables since the last file was loaded.
person AS MATERIALIZED (
    SELECT
        m.id,
        m.household_id,
        m.birth_on,
        m.status = 'active' AS active,
        (
            SELECT max(c.year * 4 + c.stage - 1)
            FROM beneficiaries_membercomponent c
            WHERE c.member_id = m.id
        ) AS newest,
        (
            SELECT max(p.year * 4 + p.stage - 1)
            FROM beneficiaries_memberperiod p
            WHERE p.member_id = m.id
        ) AS listed
    FROM beneficiaries_member m
    JOIN beneficiaries_household h ON h.id = m.household_id AND h.status = 'active'
    WHERE %(household)s::bigint IS NULL OR h.id = %(household)s::bigint
),
stated AS MATERIALIZED (
    SELECT
        person.household_id,
        person.id AS member_id,
        person.birth_on,
        c.component,
        make_date(person.newest / 4, person.newest %% 4 * 3 + 1, 1) AS since,
        CASE
            WHEN NOT person.active THEN least(
                make_date((person.newest + 1) / 4, (person.newest + 1) %% 4 * 3 + 1, 1),
                %(today)s::date
            )
            WHEN person.listed > person.newest
                THEN make_date(person.listed / 4, person.listed %% 4 * 3 + 1, 1)
        END AS ended
    FROM person
    JOIN beneficiaries_membercomponent c
        ON c.member_id = person.id AND c.year * 4 + c.stage - 1 = person.newest
),
-- Each row: from `since` on the member has this component, nothing when it is empty.
chain AS (
    SELECT
        stated.household_id,
        stated.member_id,
        stated.component AS stated_as,
        CASE WHEN stated.ended IS NULL THEN stated.component ELSE '' END::varchar AS component,
        stated.component::varchar AS before,
        stated.birth_on,
        coalesce(stated.ended, stated.since) AS since,
        -- What ends after months is counted from the first statement of the same time.
        CASE WHEN rule.ends = 'months' THEN (
            SELECT min(make_date(c.year, c.stage * 3 - 2, 1))
            FROM beneficiaries_membercomponent c
            WHERE c.member_id = stated.member_id AND c.component = stated.component
                AND make_date(c.year, c.stage * 3 - 2, 1)
                    > (stated.since - make_interval(months => rule.number))::date
        ) ELSE stated.since END AS counted_from,
        0 AS step
    FROM stated
    LEFT JOIN rule ON rule.component = stated.component
    UNION ALL
    SELECT
        chain.household_id,
        chain.member_id,
        chain.stated_as,
        rule.continues_as::varchar,
        chain.component::varchar,
        CASE WHEN rule.ends = 'months' THEN over.day ELSE chain.birth_on END,
        over.day,
        over.day,
        chain.step + 1
    FROM chain
    JOIN rule ON rule.component = chain.component AND rule.ends <> 'never'
    CROSS JOIN LATERAL (
        SELECT (chain.birth_on + make_interval(years => rule.number))::date AS birthday
    ) AS age
    CROSS JOIN LATERAL (
        SELECT CASE rule.ends
            WHEN 'months' THEN (chain.counted_from + make_interval(months => rule.number))::date
            WHEN 'age' THEN age.birthday
            WHEN 'school' THEN CASE WHEN chain.birth_on IS NOT NULL THEN greatest(
                make_date(
                    extract(year FROM age.birthday)::int
                    + (extract(month FROM age.birthday) >= 7)::int, 7, 1
                ),
                make_date(
                    extract(year FROM chain.since)::int
                    + (extract(month FROM chain.since) >= 7)::int, 7, 1
                )
            ) END
        END AS day
    ) AS planned
    CROSS JOIN LATERAL (
        SELECT greatest(
            least(
                planned.day, (chain.birth_on + make_interval(years => rule.latest_age))::date
            ),
            chain.since
        ) AS day
    ) AS over
    WHERE chain.component <> '' AND chain.step < 10
        AND planned.day IS NOT NULL AND over.day <= %(horizon)s::date
),
-- Where each chain arrived.
ending AS (
    SELECT DISTINCT ON (member_id, stated_as)
        household_id,
        member_id,
        CASE WHEN component = '' THEN since END AS ends_on,
        before AS component
    FROM chain
    ORDER BY member_id, stated_as, step DESC
),
-- The component that ends last is the family's; one that does not end stands before all others.
last_one AS (
    SELECT DISTINCT ON (household_id) household_id, member_id, ends_on, component
    FROM ending
    ORDER BY household_id, ends_on DESC NULLS FIRST, member_id, component COLLATE "C" DESC
),
open_case AS (
    SELECT c.id, c.household_id, c.state
    FROM graduation_graduationcase c
    WHERE c.state IN ('potential', 'proposed', 'visited', 'verified', 'approved', 'submitted')
        AND (%(household)s::bigint IS NULL OR c.household_id = %(household)s::bigint)
),
judged AS (
    SELECT DISTINCT ON (o.household_id)
        o.household_id, a.satisfied, a.questionnaire_id, a.answers
    FROM open_case o
    JOIN graduation_assessment a ON a.case_id = o.id
    ORDER BY o.household_id, a.at DESC, a.id
),
ready AS (
    SELECT
        o.household_id,
        CASE
            WHEN judged.satisfied THEN 'assessment'
            WHEN EXISTS (
                SELECT FROM graduation_question q
                JOIN graduation_choice w ON w.question_id = q.id AND w.percent = 100
                WHERE q.questionnaire_id = judged.questionnaire_id AND q."group" = 'will'
                    AND judged.answers ->> q.code = w.code
            ) THEN 'will'
            WHEN o.state = 'potential' THEN 'potential'
        END AS ready_by
    FROM open_case o
    LEFT JOIN judged ON judged.household_id = o.household_id
),
found AS (
    SELECT
        last_one.household_id,
        last_one.ends_on,
        last_one.member_id,
        last_one.component,
        CASE
            WHEN last_one.ends_on IS NULL OR last_one.ends_on > %(today)s::date
                THEN ready.ready_by
        END AS ready_by
    FROM last_one
    LEFT JOIN ready ON ready.household_id = last_one.household_id
)
SELECT
    household_id,
    ends_on,
    CASE WHEN ends_on IS NOT NULL
        THEN extract(year FROM greatest(ends_on, %(today)s::date))::int END AS year,
    CASE WHEN ends_on IS NOT NULL
        THEN extract(quarter FROM greatest(ends_on, %(today)s::date))::int END AS quarter,
    CASE WHEN ends_on IS NOT NULL THEN member_id END AS member_id,
    CASE WHEN ends_on IS NOT NULL THEN component ELSE '' END AS component,
    coalesce(ready_by, '') AS ready_by
FROM found
WHERE ends_on IS NOT NULL OR ready_by IS NOT NULL
