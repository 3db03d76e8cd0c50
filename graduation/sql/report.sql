-- Counted exits of a year until a quarter, in the area: every figure of the report.
-- One line a dimension, headline and key; headline '' is an administrative exit. `dimension` is
-- the bits of GROUPING(type, reason, kecamatan, facilitator): 15 the headline alone, 7 by type,
-- 3 by type and reason, 13 by kecamatan, 14 by facilitator.
-- Four numbers: the quarter as published (without corrections) and as it stands, and both for the
-- year until its end.
WITH counted AS (
    SELECT t.headline, e.type_id, e.reason_id, left(e.desa_id, 8) AS kecamatan, e.facilitator_id,
        e.sign, e.quarter = %(quarter)s AS now, e.correction_id IS NULL AS published
    FROM graduation_exitentry e
    JOIN graduation_exittype t ON t.id = e.type_id
    WHERE e.year = %(year)s AND e.quarter <= %(quarter)s
        AND (e.desa_id = %(area)s OR e.desa_id LIKE %(area)s || '.%%')
)
SELECT GROUPING(type_id, reason_id, kecamatan, facilitator_id) AS dimension,
    headline, type_id, reason_id, kecamatan, facilitator_id,
    coalesce(sum(sign) FILTER (WHERE now AND published), 0),
    coalesce(sum(sign) FILTER (WHERE now), 0),
    coalesce(sum(sign) FILTER (WHERE published), 0),
    coalesce(sum(sign), 0)
FROM counted
GROUP BY GROUPING SETS (
    (headline),
    (headline, type_id),
    (headline, type_id, reason_id),
    (headline, kecamatan),
    (headline, facilitator_id)
)
