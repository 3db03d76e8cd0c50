-- What a load did. Needs the tables of load.sql. Parameter: snapshot.
SELECT
    (SELECT count(DISTINCT check_of_id) FROM commitment_wanted),
    (SELECT count(*) FROM commitment_written WHERE is_new),
    (SELECT count(*) FROM commitment_written WHERE NOT is_new),
    (
        SELECT count(*)
        FROM commitment_wanted w
        JOIN facilitators_commitmentmonth m ON m.check_of_id = w.check_of_id AND m.month = w.month
        WHERE m.loaded_from IS NULL OR m.loaded_from > %(snapshot)s
    ),
    (SELECT array_agg(DISTINCT check_of_id) FROM commitment_wanted)
