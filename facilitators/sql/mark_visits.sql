-- What is worth a look about these visits. Nobody has written down where families live: a home is
-- the median of the places where the family was visited before, once there are two of them.
WITH seen AS (
    SELECT id, facilitator_id, household_id, device_at, sent_at, recorded_at,
           latitude, longitude, coalesce(accuracy_m, 0) AS accuracy_m
    FROM facilitators_visit
    WHERE id = ANY (%(visits)s::uuid[])
),
clock AS (
    SELECT id, extract(epoch FROM greatest(sent_at - recorded_at, device_at - recorded_at)) AS fast,
           extract(epoch FROM recorded_at - sent_at) AS slow
    FROM seen
),
homes AS (
    SELECT seen.id, home.latitude, home.longitude
    FROM seen
    CROSS JOIN LATERAL (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY before.latitude) AS latitude,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY before.longitude) AS longitude,
               count(*) AS places
        FROM facilitators_visit AS before
        WHERE before.household_id = seen.household_id AND before.id <> seen.id
          AND before.recorded_at < seen.recorded_at AND before.latitude IS NOT NULL
    ) AS home
    WHERE seen.latitude IS NOT NULL AND home.places >= 2
),
away AS (
    SELECT seen.id, seen.accuracy_m, 12742000 * asin(least(1, sqrt(
        power(sin(radians(seen.latitude - homes.latitude) / 2), 2)
        + cos(radians(seen.latitude)) * cos(radians(homes.latitude))
          * power(sin(radians(seen.longitude - homes.longitude) / 2), 2)
    ))) AS metres
    FROM seen JOIN homes USING (id)
),
-- Others of the same facilitator may only now have become many.
neighbours AS (
    SELECT DISTINCT other.id, other.facilitator_id, other.device_at
    FROM seen
    JOIN facilitators_visit AS other
      ON other.facilitator_id = seen.facilitator_id
     AND other.device_at BETWEEN seen.device_at - make_interval(mins => %(many_minutes)s)
                             AND seen.device_at + make_interval(mins => %(many_minutes)s)
),
crowds AS (
    SELECT neighbours.id, (
        SELECT count(*) FROM facilitators_visit AS near
        WHERE near.facilitator_id = neighbours.facilitator_id
          AND near.device_at BETWEEN neighbours.device_at - make_interval(secs => %(many_minutes)s * 30)
                                 AND neighbours.device_at + make_interval(secs => %(many_minutes)s * 30)
    ) AS visits
    FROM neighbours
),
photos AS (
    SELECT DISTINCT ON (seen.id) seen.id, other.id AS other_id, other.device_at
    FROM seen
    JOIN documents_document AS mine
      ON mine.owner_type = 'facilitators.visit' AND mine.owner_id = seen.id::text
     AND mine.kind = 'photo'
    JOIN documents_document AS theirs
      ON theirs.content_sha256 = mine.content_sha256 AND theirs.owner_type = mine.owner_type
     AND theirs.owner_id <> mine.owner_id AND theirs.received_at <= mine.received_at
    JOIN facilitators_visit AS other
      ON other.id = CASE WHEN theirs.owner_type = 'facilitators.visit' THEN theirs.owner_id::uuid END
    ORDER BY seen.id, theirs.received_at
),
found AS (
    SELECT id, 'clock' AS kind, jsonb_build_object(
        'minutes', round(CASE WHEN fast > %(clock_minutes)s * 60 THEN fast ELSE -slow END / 60)
    ) AS facts
    FROM clock
    WHERE fast > %(clock_minutes)s * 60 OR slow > %(clock_minutes)s * 60
    UNION ALL
    SELECT id, 'late', jsonb_build_object(
        'minutes', floor(extract(epoch FROM recorded_at - device_at) / 60)
    )
    FROM seen WHERE recorded_at - device_at > make_interval(hours => %(arrival_hours)s)
    UNION ALL
    SELECT id, 'other_day', '{}'
    FROM seen
    WHERE NOT EXISTS (
        SELECT FROM facilitators_caseloadassignment c
        WHERE c.household_id = seen.household_id AND c.facilitator_id = seen.facilitator_id
          AND c.starts_on <= (seen.device_at AT TIME ZONE %(zone)s)::date
          AND (c.ends_on IS NULL OR c.ends_on >= (seen.device_at AT TIME ZONE %(zone)s)::date)
    )
    UNION ALL
    SELECT id, 'far', jsonb_build_object('metres', round(metres))
    FROM away WHERE metres - accuracy_m > %(distance_m)s
    UNION ALL
    SELECT id, 'same_photo', jsonb_build_object('visit', other_id, 'made_at', device_at)
    FROM photos
    UNION ALL
    SELECT id, 'many', jsonb_build_object('visits', visits, 'minutes', %(many_minutes)s)
    FROM crowds WHERE visits >= %(many_visits)s
)
INSERT INTO facilitators_visitmark (visit_id, kind, facts, found_at)
SELECT id, kind, facts, %(at)s FROM found
ORDER BY id, kind  -- always in one order: two that mark the same visits at once wait in line
ON CONFLICT (visit_id, kind) DO NOTHING
