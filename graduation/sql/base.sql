-- Between two Final Closings, a line a kecamatan: families of the first closing of the year
-- (the denominator), of the opening and of the closing; who came in (in the closing, not in the
-- opening), who is gone (the other way round) and how many of these left by a recorded exit; and
-- the exits of the book. A period that is not known is 0-0 and holds nobody.
-- The kecamatan of a family is that of today, the kecamatan of an exit that of its day.
WITH listed AS (
    SELECT left(h.desa_id, 8) AS kecamatan, p.household_id,
        bool_or(p.year = %(first_year)s AND p.stage = %(first_stage)s) AS counted,
        bool_or(p.year = %(opening_year)s AND p.stage = %(opening_stage)s) AS opened,
        bool_or(p.year = %(closing_year)s AND p.stage = %(closing_stage)s) AS closed
    FROM beneficiaries_householdperiod p
    JOIN beneficiaries_household h ON h.id = p.household_id
    WHERE (p.year, p.stage) IN (
            (%(first_year)s, %(first_stage)s),
            (%(opening_year)s, %(opening_stage)s),
            (%(closing_year)s, %(closing_stage)s)
        )
        AND (h.desa_id = %(area)s OR h.desa_id LIKE %(area)s || '.%%')
    GROUP BY 1, 2
), booked AS (
    SELECT left(e.desa_id, 8) AS kecamatan, x.household_id, sum(e.sign) AS exits
    FROM graduation_exitentry e
    JOIN graduation_exit x ON x.id = e.exit_id
    WHERE e.year = %(year)s AND e.quarter BETWEEN %(from_quarter)s AND %(quarter)s
        AND (e.desa_id = %(area)s OR e.desa_id LIKE %(area)s || '.%%')
    GROUP BY 1, 2
), left_by_the_book AS (
    SELECT household_id FROM booked GROUP BY 1 HAVING sum(exits) > 0
), families AS (
    SELECT l.kecamatan,
        count(*) FILTER (WHERE counted) AS counted,
        count(*) FILTER (WHERE opened) AS opening,
        count(*) FILTER (WHERE closed) AS closing,
        count(*) FILTER (WHERE closed AND NOT opened) AS entries,
        count(*) FILTER (WHERE opened AND NOT closed) AS gone,
        count(b.household_id) FILTER (WHERE opened AND NOT closed) AS gone_with_exit
    FROM listed l
    LEFT JOIN left_by_the_book b ON b.household_id = l.household_id
    GROUP BY 1
), exits AS (
    SELECT kecamatan, sum(exits) AS exits FROM booked GROUP BY 1
)
SELECT kecamatan, coalesce(counted, 0), coalesce(opening, 0), coalesce(closing, 0),
    coalesce(entries, 0), coalesce(gone, 0), coalesce(gone_with_exit, 0), coalesce(exits, 0)
FROM families
FULL JOIN exits USING (kecamatan)
ORDER BY 1
