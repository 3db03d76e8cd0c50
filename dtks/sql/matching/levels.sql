-- How far two records agree, field by field, as small numbers. The lists of levels, what each
-- means and how it is said in words stand in dtks/matching/rules.py; the two must move together.
-- Unknown is its own level (0) and says nothing.

-- 1 different · 2 a word in common · 3 alike after all · 4 shortened or nicknamed
-- 5 a slip of the finger · 6 the same but for spelling, spacing or order · 7 the same
-- (when a pair is weighed, 7 stays for a common name; 8 and 9 are rarer ones)
CREATE FUNCTION name_level(a text, b text) RETURNS smallint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    joined_a text;
    joined_b text;
    loose_a text;
    loose_b text;
    few text[];
    many text[];
    word text;
    other text;
    place integer;
    best integer;
    best_place integer;
    found integer := 0;   -- words of the shorter name that have a counterpart
    sure integer := 0;    -- of these, the ones that are more than an initial
    shared integer := 0;  -- whole words of three letters or more in common
    distance integer;
BEGIN
    IF a IS NULL OR b IS NULL THEN
        RETURN 0;
    END IF;
    IF a = b THEN
        RETURN 7;
    END IF;
    joined_a := replace(a, ' ', '');
    joined_b := replace(b, ' ', '');
    IF joined_a = joined_b THEN
        RETURN 6;
    END IF;
    IF left(a, 1) <> left(b, 1) AND similarity(a, b) < 0.08 THEN
        RETURN 1;
    END IF;
    loose_a := pkh_loose_key(a);
    loose_b := pkh_loose_key(b);
    IF loose_a = loose_b AND length(loose_a) > 2 THEN
        RETURN 6;
    END IF;
    distance := levenshtein_less_equal(joined_a, joined_b, 2);
    IF distance = 1 AND least(length(joined_a), length(joined_b)) >= 4
        OR distance = 2 AND least(length(joined_a), length(joined_b)) >= 8 THEN
        RETURN 5;
    END IF;
    few := string_to_array(a, ' ');
    many := string_to_array(b, ' ');
    IF cardinality(few) > cardinality(many) THEN
        few := string_to_array(b, ' ');
        many := string_to_array(a, ' ');
    END IF;
    IF cardinality(many) > 8 THEN
        RETURN CASE WHEN distance <= 2 THEN 5 ELSE 1 END;
    END IF;
    -- Each word of the shorter name takes the best word left in the longer one:
    -- 4 the same, 3 a slip, 2 one begins the other (three letters or more), 1 an initial.
    FOREACH word IN ARRAY few LOOP
        best := 0;
        FOR place IN 1 .. cardinality(many) LOOP
            other := many[place];
            IF other = '' THEN
                CONTINUE;
            END IF;
            IF other = word THEN
                best := 4;
                best_place := place;
                EXIT;
            ELSIF best < 3 AND least(length(word), length(other)) >= 4
                AND levenshtein_less_equal(word, other, 2)
                    <= 1 + (least(length(word), length(other)) >= 7)::integer THEN
                best := 3;
                best_place := place;
            ELSIF best < 2 AND least(length(word), length(other)) >= 3
                AND (starts_with(other, word) OR starts_with(word, other)
                    OR right(other, length(word)) = word OR right(word, length(other)) = other) THEN
                best := 2;
                best_place := place;
            ELSIF best < 1 AND (length(word) = 1 OR length(other) = 1)
                AND left(word, 1) = left(other, 1) THEN
                best := 1;
                best_place := place;
            END IF;
        END LOOP;
        IF best > 0 THEN
            found := found + 1;
            many[best_place] := '';
            sure := sure + (best > 1)::integer;
            shared := shared + (best = 4 AND length(word) >= 3)::integer;
        END IF;
    END LOOP;
    IF found = cardinality(few) AND sure > 0 THEN
        IF found = cardinality(many) AND sure = found THEN
            RETURN CASE WHEN shared = found THEN 6 ELSE 3 END;
        END IF;
        RETURN 4;
    END IF;
    distance := levenshtein_less_equal(loose_a, loose_b, 2);
    IF distance = 1 AND least(length(loose_a), length(loose_b)) >= 4
        OR distance = 2 AND least(length(loose_a), length(loose_b)) >= 7
        OR levenshtein_less_equal(joined_a, joined_b, 3) <= 3
            AND least(length(joined_a), length(joined_b)) >= 10 THEN
        RETURN 3;
    END IF;
    IF found = cardinality(few) AND cardinality(few) = 1 AND length(a) > 1 AND length(b) > 1 THEN
        RETURN 2;
    END IF;
    IF shared > 0 OR sure > 0 THEN
        RETURN 2;
    END IF;
    RETURN 1;
END $$;

-- 1 different · 2 a word in common · 3 alike or shortened · 4 the same (5 and 6: a rarer name)
CREATE FUNCTION mother_level(a text, b text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN a IS NULL OR b IS NULL THEN 0
    WHEN a = b THEN 4
    ELSE (ARRAY[0, 1, 2, 3, 3, 3, 4, 4])[name_level(a, b) + 1]
END;

-- How much rarer: 0 at least one in a thousand rows, 1 one in ten thousand, 2 rarer still.
CREATE FUNCTION rarity(name_rows bigint, all_rows bigint) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN name_rows * 1000 >= all_rows THEN 0 WHEN name_rows * 10000 >= all_rows THEN 1 ELSE 2
END;

CREATE FUNCTION village_level(a text, b text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN a IS NULL OR b IS NULL THEN 0
    WHEN a = b THEN 3
    WHEN left(a, 8) = left(b, 8) THEN 2  -- the same kecamatan
    ELSE 1
END;

CREATE FUNCTION sex_level(a text, b text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN a IS NULL OR b IS NULL THEN 0 WHEN a = b THEN 2 ELSE 1 END;

-- 1 different · 2 at most two years apart · 3 a month or so apart, or the same year
-- 4 a stand-in date (1 January, 31 December, 1 July) of the same year · 5 two of three parts
-- 6 day and month change places · 7 the same
CREATE FUNCTION birth_level(a date, b date) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN a IS NULL OR b IS NULL THEN 0
    WHEN a = b THEN 7
    WHEN extract(year FROM a) = extract(year FROM b) THEN CASE
        WHEN extract(day FROM a) = extract(month FROM b) AND extract(month FROM a) = extract(day FROM b)
            THEN 6
        WHEN (extract(month FROM b), extract(day FROM b)) IN ((1, 1), (12, 31), (7, 1)) THEN 4
        WHEN extract(day FROM a) = extract(day FROM b) OR extract(month FROM a) = extract(month FROM b)
            THEN 5
        ELSE 3
    END
    WHEN extract(month FROM a) = extract(month FROM b) AND extract(day FROM a) = extract(day FROM b)
        THEN 5
    WHEN abs(a - b) <= 31 THEN 3
    WHEN abs(a - b) <= 731 THEN 2
    ELSE 1
END;

-- 1 two sound numbers, far apart · 2 two sound numbers, close (as twins have them) · 3 one unsound, far apart
-- 4 one unsound, close · 5 damaged, and what is left contradicts · 6 damaged, what is left fits
-- 7 the same but for a last digit lost, or standing in the other's column · 8 the same
-- Sound: the number carries the birth date and sex of its own record. Two sound numbers that
-- differ are two people far more often than one slip of the finger.
CREATE FUNCTION nik_level(
    m_nik text, m_sound boolean, m_kk text,
    r_nik text, r_left text, r_birth_on date, r_sex text, r_kk text
) RETURNS smallint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    both_sound boolean;
BEGIN
    IF m_nik IS NULL THEN
        RETURN 0;
    ELSIF m_nik = r_nik THEN
        RETURN 8;
    ELSIF r_kk = m_nik THEN
        RETURN 7;
    ELSIF r_nik IS NULL THEN
        IF r_left IS NULL THEN
            RETURN 0;
        ELSIF position('_' IN r_left) > 0 OR right(r_left, 1) = '%%' THEN
            RETURN CASE WHEN m_nik LIKE r_left THEN 6 ELSE 5 END;
        END IF;
        RETURN CASE WHEN levenshtein_less_equal(m_nik, r_left, 1) <= 1 THEN 6 ELSE 5 END;
    ELSIF right(r_nik, 1) = '0' AND left(r_nik, 15) = left(m_nik, 15) THEN
        RETURN 7;
    END IF;
    both_sound := m_sound AND coalesce(pkh_nik_agrees(r_nik, r_birth_on, r_sex), false);
    IF levenshtein_less_equal(m_nik, r_nik, 2) <= 2 THEN
        RETURN CASE WHEN both_sound THEN 2 ELSE 4 END;
    END IF;
    RETURN CASE WHEN both_sound THEN 1 ELSE 3 END;
END $$;

-- Whether two birth dates are 3 equal, 2 close, 1 apart or 0 unknown: a NIK contains the birth
-- date, so what its agreement says depends on what the dates have said already.
CREATE FUNCTION birth_class(level smallint) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN level = 7 THEN 3 WHEN level >= 3 THEN 2 WHEN level >= 1 THEN 1 ELSE 0 END;
