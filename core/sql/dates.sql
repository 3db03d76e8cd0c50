-- Dates as offices write them: the rules of core/dates.py. Day before month, always.

CREATE OR REPLACE FUNCTION pkh_date_tidy(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN rtrim(
    ltrim(
        regexp_replace(
            translate(
                upper(coalesce(value, '') COLLATE "C"),
                E'\u2010\u2011\u2012\u2013\u2014\u2212\'', '------'
            ),
            E'[ \t\n\r\f\x0b\u00a0\u200b\ufeff]+', ' ', 'g'
        ),
        ' '
    ),
    ' .'
);

-- What stands behind a place and its comma, when it may be a date; otherwise NULL. No day, no
-- month and no death is a place, and bare digits behind one could be anything.
CREATE OR REPLACE FUNCTION pkh_date_behind_place(tidy text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    part text[];
BEGIN
    IF position(',' IN tidy) = 0 THEN
        RETURN NULL;
    END IF;
    part := regexp_match(
        tidy,
        '^([A-Z][A-Z .()/-]*), ?((?:(?:SENIN|SELASA|RABU|KAMIS|JUMAT|SABTU|MINGGU|AHAD),? ?)?'
        '[0-9]{1,4}[-/. ]*[-/.A-Z].*)$'
    );
    IF part[1] ~ (
            '(^|[^A-Z])(SENIN|SELASA|RABU|KAMIS|JUMAT|SABTU|MINGGU|AHAD|JUM AT|MENINGGAL|WAFAT|MD'
            '|ALM|ALMH)([^A-Z]|$)'
        )
        OR part[1] ~ (
            '^[^A-Z]*([A-Z]|SEN|SEL|RAB|KAM|JUM|SAB|MIN|AHD|SENEN|REBO|KEMIS|SETU|JUMAAT'
            '|SUN|MON|TUE|TUES|WED|THU|THUR|THURS|FRI|SAT'
            '|SUNDAY|MONDAY|TUESDAY|WEDNESDAY|THURSDAY|FRIDAY|SATURDAY'
            '|JAN|FEB|PEB|MAR|MRT|APR|MEI|MAY|JUN|JUL|AGU|AGT|AGS|AUG|SEP|SEPT|OKT|OCT|NOV|NOP|DES'
            '|DEC|JANUARI|FEBRUARI|PEBRUARI|MARET|APRIL|JUNI|JULI|AGUSTUS|SEPTEMBER|OKTOBER'
            '|NOVEMBER|NOPEMBER|DESEMBER|JANUARY|FEBRUARY|MARCH|JUNE|JULY|AUGUST|OCTOBER|DECEMBER)'
            '[^A-Z]*$'
        )
    THEN
        RETURN NULL;
    END IF;
    RETURN part[2];
END $$;

-- A date that exists, or NULL: make_date would raise, and pg_input_is_valid begins with 16.
CREATE OR REPLACE FUNCTION pkh_make_date(year integer, month integer, day integer) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN year BETWEEN 1800 AND 2200 AND month BETWEEN 1 AND 12 AND day BETWEEN 1 AND
        CASE
            WHEN month IN (4, 6, 9, 11) THEN 30
            WHEN month <> 2 THEN 31
            WHEN year % 4 = 0 AND (year % 100 <> 0 OR year % 400 = 0) THEN 29
            ELSE 28
        END
    THEN make_date(year, month, day)
END;

CREATE OR REPLACE FUNCTION pkh_full_year(year text, latest_year integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN length(year) = 4 THEN year::integer
    WHEN year::integer <= latest_year % 100 THEN latest_year - latest_year % 100 + year::integer
    ELSE latest_year - latest_year % 100 - 100 + year::integer
END;

CREATE OR REPLACE FUNCTION pkh_date(value text, latest_year integer DEFAULT 2029) RETURNS date
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    tidy text := value;
    part text[];
    month integer;
    named date;
BEGIN
    -- The two common notations are read straight from their places.
    IF value ~ '^[0-9]{2}[-/][0-9]{2}[-/][0-9]{4}$' THEN
        RETURN pkh_make_date(
            substr(value, 7, 4)::integer, substr(value, 4, 2)::integer, left(value, 2)::integer
        );
    END IF;
    IF value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:]{8})?$' THEN
        RETURN pkh_make_date(
            left(value, 4)::integer, substr(value, 6, 2)::integer, substr(value, 9, 2)::integer
        );
    END IF;
    tidy := pkh_date_tidy(value);
    -- The name of the weekday in front has to be the day's own.
    part := regexp_match(
        tidy, '^(SENIN|SELASA|RABU|KAMIS|JUMAT|SABTU|MINGGU|AHAD),? ?([0-9].*)$'
    );
    IF part IS NOT NULL THEN
        named := pkh_date(part[2], latest_year);
        RETURN CASE
            WHEN extract(isodow FROM named) = CASE part[1]
                WHEN 'SENIN' THEN 1 WHEN 'SELASA' THEN 2 WHEN 'RABU' THEN 3 WHEN 'KAMIS' THEN 4
                WHEN 'JUMAT' THEN 5 WHEN 'SABTU' THEN 6 ELSE 7
            END
            THEN named
        END;
    END IF;
    part := regexp_match(
        tidy, '^([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})(?:[ T][0-9]{1,2}[:.][0-9]{2}[0-9:.+Z]*(?: ?[AP]M)?)?$'
    );
    IF part IS NOT NULL THEN
        RETURN pkh_make_date(part[1]::integer, part[2]::integer, part[3]::integer);
    END IF;
    part := regexp_match(
        tidy,
        '^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})(?:[ T][0-9]{1,2}[:.][0-9]{2}[0-9:.+Z]*(?: ?[AP]M)?)?$'
    );
    IF part IS NOT NULL THEN
        RETURN pkh_make_date(
            pkh_full_year(part[3], latest_year), part[2]::integer, part[1]::integer
        );
    END IF;
    part := regexp_match(
        tidy, '^(?:[A-Z]+, ?)?([0-9]{1,2})[-/. ]*([A-Z]{3,9})[-/., ]*([0-9]{4}|[0-9]{2})$'
    );
    IF part IS NOT NULL THEN
        month := CASE left(part[2], 3)
            WHEN 'JAN' THEN 1 WHEN 'FEB' THEN 2 WHEN 'PEB' THEN 2 WHEN 'MAR' THEN 3
            WHEN 'MRT' THEN 3 WHEN 'APR' THEN 4 WHEN 'MEI' THEN 5 WHEN 'MAY' THEN 5
            WHEN 'JUN' THEN 6 WHEN 'JUL' THEN 7 WHEN 'AGU' THEN 8 WHEN 'AGT' THEN 8
            WHEN 'AGS' THEN 8 WHEN 'AUG' THEN 8 WHEN 'SEP' THEN 9 WHEN 'OKT' THEN 10
            WHEN 'OCT' THEN 10 WHEN 'NOV' THEN 11 WHEN 'NOP' THEN 11 WHEN 'DES' THEN 12
            WHEN 'DEC' THEN 12
        END;
        IF month IS NOT NULL THEN
            RETURN pkh_make_date(pkh_full_year(part[3], latest_year), month, part[1]::integer);
        END IF;
    END IF;
    part := regexp_match(
        tidy, '^([0-9]{1,2})[-/. ]([IVX]{1,4})[-/. ]([0-9]{4}|[0-9]{2})$'
    );
    IF part IS NOT NULL THEN
        month := array_position(
            ARRAY['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII'], part[2]
        );
        RETURN pkh_make_date(pkh_full_year(part[3], latest_year), month, part[1]::integer);
    END IF;
    IF tidy ~ '^[0-9]{8}$' THEN
        RETURN coalesce(
            pkh_make_date(
                right(tidy, 4)::integer, substr(tidy, 3, 2)::integer, left(tidy, 2)::integer
            ),
            pkh_make_date(
                left(tidy, 4)::integer, substr(tidy, 5, 2)::integer, right(tidy, 2)::integer
            )
        );
    END IF;
    IF tidy ~ '^[0-9]{5}([.,][0-9]+)?$' AND left(tidy, 5)::integer BETWEEN 10000 AND 80000 THEN
        RETURN DATE '1899-12-30' + left(tidy, 5)::integer;
    END IF;
    RETURN pkh_date(pkh_date_behind_place(tidy), latest_year);
END $$;

CREATE OR REPLACE FUNCTION pkh_date_state(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    tidy text;
BEGIN
    IF pkh_date(value) IS NOT NULL THEN
        RETURN 'ok';
    END IF;
    tidy := pkh_date_tidy(value);
    IF tidy ~ '^([-./ 0]*|NULL|NONE|TIDAK ADA|TIDAK DIKETAHUI|N/A)$' THEN
        RETURN 'empty';
    END IF;
    tidy := coalesce(pkh_date_behind_place(tidy), tidy);
    tidy := regexp_replace(
        tidy, '^(SENIN|SELASA|RABU|KAMIS|JUMAT|SABTU|MINGGU|AHAD),? ?(?=[0-9])', ''
    );
    IF tidy ~ '^[0-9]{4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,2}([ T][0-9]{1,2}[:.][0-9]{2}[0-9:.+Z]*(?: ?[AP]M)?)?$'
        OR tidy ~ '^[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ]([0-9]{4}|[0-9]{2})([ T][0-9]{1,2}[:.][0-9]{2}[0-9:.+Z]*(?: ?[AP]M)?)?$'
        OR tidy ~ '^[0-9]{1,2}[-/. ](I{1,3}|IV|VI{0,3}|IX|XI{0,2})[-/. ]([0-9]{4}|[0-9]{2})$'
        OR tidy ~ '^[0-9]{8}$'
        OR tidy ~ '^([1-7][0-9]{4}|80000)([.,][0-9]+)?$'
        OR tidy ~ '^([A-Z]+, ?)?[0-9]{1,2}[-/. ]*(JAN|FEB|PEB|MAR|MRT|APR|MEI|MAY|JUN|JUL|AGU|AGT|AGS|AUG|SEP|OKT|OCT|NOV|NOP|DES|DEC)[A-Z]{0,6}[-/., ]*([0-9]{4}|[0-9]{2})$'
    THEN
        RETURN 'impossible';
    END IF;
    RETURN 'unreadable';
END $$;
