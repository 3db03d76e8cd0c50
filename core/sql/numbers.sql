-- NIK and family-card numbers: the rules of core/nik.py, for a million rows at a time.
-- One test (tests/core/test_text_functions.py) holds both forms to the same answers.

CREATE OR REPLACE FUNCTION pkh_digits(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(value, '[^0-9]', '', 'g');

-- The cell without what is dressing, not damage: spaces of every kind, apostrophes, quotes,
-- dots and dashes between groups, zero-width characters, marks of writing direction, soft
-- hyphens, the byte-order mark.
CREATE OR REPLACE FUNCTION pkh_number_tidy(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(
    value,
    E' \t\n\r\f\x0b\u00a0\u2007\u2009\u202f\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff'
    '\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'
    '''"`.,-_/\u00b4\u2010\u2011\u2012\u2013\u2014\u2015\u2018\u2019\u201c\u201d',
    ''
);

-- Whether sixteen digits that stood in a number cell may have lost the last one: spreadsheets keep
-- fifteen, and above 2^53 (the provinces from 91 up) floating-point numbers are even.
CREATE OR REPLACE FUNCTION pkh_digit_lost(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN right(value, 1) = '0'
    OR right(value, 1) IN ('2', '4', '6', '8') AND left(value, 2) COLLATE "C" > '90';

-- The cell without what stands around it, and without the formula that keeps it text: ="9901…".
CREATE OR REPLACE FUNCTION pkh_number_text(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    around CONSTANT text :=
        E' \t\n\r\f\x0b\u00a0\u2007\u2009\u202f\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff'
        '\u00ad\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069''';
    inside text := btrim(value, around);
BEGIN
    IF inside LIKE '="%"' THEN
        inside := btrim(regexp_replace(inside, '^="([^"]*)"$', '\1'), around);
    END IF;
    RETURN inside;
END $$;

-- Digits 1-16 and the state, as one array {number, state}: what core.nik.clean_nik returns.
CREATE OR REPLACE FUNCTION pkh_number(value text, "numeric" boolean DEFAULT false) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    raw text := upper(pkh_number_text(coalesce(value, '')) COLLATE "C");
    tidy text;
    through_float boolean := coalesce("numeric", false);
BEGIN
    IF raw ~ '^[0-9]{13,}[.,]0{1,2}$' THEN  -- "…01.0" went through a floating-point cell
        raw := split_part(replace(raw, ',', '.'), '.', 1);
        through_float := true;
    END IF;
    tidy := pkh_number_tidy(raw);
    IF tidy ~ '^0*$' OR tidy IN (
        'TIDAKADA', 'TDKADA', 'BELUMADA', 'KOSONG', 'NIHIL', 'NULL', 'NONE', 'NAN', 'NA'
    ) THEN
        RETURN ARRAY[NULL, 'empty'];
    END IF;
    IF raw ~ '^[0-9]([.,][0-9]+)?E\+?[0-9]{1,2}$' THEN
        RETURN ARRAY[NULL, 'scientific'];
    END IF;
    IF tidy ~ E'[*X#?\u2022\u25cf]' AND tidy !~ '[A-WYZ]' THEN
        RETURN ARRAY[NULL, 'masked'];
    END IF;
    IF tidy !~ '^[0-9]+$' THEN
        RETURN ARRAY[NULL, 'letters'];
    END IF;
    IF length(tidy) < 16 THEN
        RETURN ARRAY[NULL, 'short'];
    END IF;
    IF length(tidy) > 16 THEN
        RETURN ARRAY[NULL, 'long'];
    END IF;
    IF tidy = repeat(left(tidy, 1), 16) THEN
        RETURN ARRAY[NULL, 'repeated'];
    END IF;
    IF through_float AND pkh_digit_lost(tidy) THEN
        RETURN ARRAY[NULL, 'truncated'];
    END IF;
    RETURN ARRAY[tidy, 'ok'];
END $$;

-- The common cell, sixteen plain digits, never enters PL/pgSQL.
CREATE OR REPLACE FUNCTION pkh_nik(value text, "numeric" boolean DEFAULT false) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN length(value) = 16 AND value !~ '[^0-9]' AND ("numeric" IS NOT TRUE OR NOT pkh_digit_lost(value))
        AND value <> repeat(left(value, 1), 16)
    THEN value
    ELSE (pkh_number(value, "numeric"))[1]
END;

CREATE OR REPLACE FUNCTION pkh_nik_state(value text, "numeric" boolean DEFAULT false) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN length(value) = 16 AND value !~ '[^0-9]' AND ("numeric" IS NOT TRUE OR NOT pkh_digit_lost(value))
        AND value <> repeat(left(value, 1), 16)
    THEN 'ok'
    ELSE (pkh_number(value, "numeric"))[2]
END;

-- What a damaged number still shows, as a LIKE pattern: evidence beside other evidence, never a
-- key. Masked places become _, the lost end of scientific notation %, other damage leaves digits.
CREATE OR REPLACE FUNCTION pkh_nik_remains(value text, "numeric" boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    state text := pkh_nik_state(value, "numeric");
    tidy text := upper(pkh_number_tidy(pkh_number_text(value)) COLLATE "C");
BEGIN
    RETURN CASE
        WHEN state = 'masked' AND length(tidy) = 16
            THEN regexp_replace(tidy, '[^0-9]', '_', 'g')
        WHEN state = 'scientific'  -- the last digit shown was rounded
            THEN left(split_part(tidy, 'E', 1), -1) || '%'
        WHEN state = 'truncated' THEN left(pkh_digits(tidy), 15) || '_'
        WHEN state IN ('short', 'long', 'letters') AND length(pkh_digits(tidy)) >= 10
            THEN pkh_digits(tidy)
    END;
END $$;

CREATE OR REPLACE FUNCTION pkh_nik_tidied(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(pkh_nik(value, false) <> value, false);

CREATE OR REPLACE FUNCTION pkh_mask(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN length(value) < 7 THEN repeat('*', length(value))
    ELSE left(value, 4) || repeat('*', length(value) - 6) || right(value, 2)
END;

-- The six digits a NIK carries for a birth date: DDMMYY, the day plus 40 for women.
CREATE OR REPLACE FUNCTION pkh_birth_code(birth_on date, sex text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lpad(
    (
        (extract(day FROM birth_on)::integer + CASE WHEN sex = 'P' THEN 40 ELSE 0 END) * 10000
        + extract(month FROM birth_on)::integer * 100
        + extract(year FROM birth_on)::integer % 100
    )::text,
    6, '0'
);

CREATE OR REPLACE FUNCTION pkh_nik_agrees(nik text, birth_on date, sex text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN nik IS NULL OR birth_on IS NULL THEN NULL
    WHEN sex IN ('L', 'P') THEN substr(nik, 7, 6) = pkh_birth_code(birth_on, sex)
    ELSE substr(nik, 7, 6) IN (pkh_birth_code(birth_on, 'L'), pkh_birth_code(birth_on, 'P'))
END;

-- What "not the same" was said about: both sides' compared values. A changed value is a new
-- question, so a remembered answer stands exactly while nothing it rested on has moved.
CREATE OR REPLACE FUNCTION pkh_fingerprint(
    m_nik text, m_kk text, m_name text, m_birth_on date, m_sex text, m_mother text, m_village text,
    r_nik text, r_kk text, r_name text, r_birth_on date, r_sex text, r_mother text, r_village text
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN md5(
    coalesce(m_nik, '') || '|' || coalesce(m_kk, '') || '|' || coalesce(m_name, '') || '|'
    || coalesce((m_birth_on - DATE '2000-01-01')::text, '') || '|' || coalesce(m_sex, '') || '|'
    || coalesce(m_mother, '') || '|' || coalesce(m_village, '') || '#'
    || coalesce(r_nik, '') || '|' || coalesce(r_kk, '') || '|' || coalesce(r_name, '') || '|'
    || coalesce((r_birth_on - DATE '2000-01-01')::text, '') || '|' || coalesce(r_sex, '') || '|'
    || coalesce(r_mother, '') || '|' || coalesce(r_village, '')
);
