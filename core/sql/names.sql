-- Names made comparable: the rules of core/names.py as the same chain of replacements.
-- \x0b and not \v: PostgreSQL before 16 reads \v as the letter v.
-- No function whose body is a CASE or NULLIF is marked STRICT: PostgreSQL could not inline it then,
-- and running it would cost ten times the work it does.
-- Replacements instead of regular expressions wherever they will do: they are thirty times
-- cheaper, and a million rows carry two names each.

CREATE OR REPLACE FUNCTION pkh_fold(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    plain text := value;
BEGIN
    IF octet_length(plain) <> length(plain) THEN
        plain := normalize(plain, NFKC);
    END IF;
    IF plain ~ E'[^!-_a-~ ]|  |^ | $' THEN
        plain := translate(
            plain,
            E'\t\n\r\f\x0b\u00a0\u2007\u2009\u202f\u3000\u2018\u2019\u02bc\u00b4`\u201c\u201d'
            '\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff'
            '\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19'
            '\x1a\x1b\x1c\x1d\x1e\x1f\x7f',
            E'          \'\'\'\'\'""'
        );
        plain := btrim(regexp_replace(plain, ' +', ' ', 'g'), ' ');
    END IF;
    RETURN upper(plain COLLATE "C");
END $$;

CREATE OR REPLACE FUNCTION pkh_plain(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN octet_length(value) = length(value) THEN pkh_fold(value)
    ELSE pkh_fold(regexp_replace(normalize(value, NFKD), E'[\u0300-\u036f]', '', 'g'))
END;

-- The common cell, printable ASCII without double spaces, never enters PL/pgSQL.
CREATE OR REPLACE FUNCTION pkh_name(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN value <> '' AND value !~ '[^ -_a-~]' AND value NOT LIKE '%  %'
        AND left(value, 1) <> ' ' AND right(value, 1) <> ' '
    THEN upper(value COLLATE "C")
    ELSE nullif(pkh_fold(value), '')
END;

-- Each double letter once, the way core.names._DOUBLES does it: AA to A, then BB to B, …
CREATE OR REPLACE FUNCTION pkh_single_letters(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(
        value,
    'AA', 'A'), 'BB', 'B'), 'CC', 'C'), 'DD', 'D'), 'EE', 'E'), 'FF', 'F'), 'GG', 'G'),
    'HH', 'H'), 'II', 'I'), 'JJ', 'J'), 'KK', 'K'), 'LL', 'L'), 'MM', 'M'), 'NN', 'N'),
    'OO', 'O'), 'PP', 'P'), 'QQ', 'Q'), 'RR', 'R'), 'SS', 'S'), 'TT', 'T'), 'UU', 'U'),
    'VV', 'V'), 'WW', 'W'), 'XX', 'X'), 'YY', 'Y'), 'ZZ', 'Z');

CREATE OR REPLACE FUNCTION pkh_name_key(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    name text := value;
    odd boolean := false;
BEGIN
    IF value ~ '[^A-Z ]' OR value LIKE '%  %' OR value LIKE ' %' OR value LIKE '% ' THEN
        name := pkh_plain(value);
        odd := name ~ '[^A-Z ]';
    END IF;
    IF name IN (
        '', 'TIDAK DIKETAHUI', 'TDK DIKETAHUI', 'TIDAK TAHU', 'TIDAK ADA', 'TDK ADA',
        'BELUM ADA', 'BELUM DIKETAHUI', 'NULL', 'NONE', 'NIHIL', 'KOSONG', 'NN', 'XX', 'XXX'
    ) THEN
        RETURN NULL;
    END IF;
    IF odd THEN
        name := coalesce(nullif(split_part(name, ',', 1), ''), name);
        name := translate(name, '.-/_()[]{}0158923467''"', '          OISBG');
        name := btrim(regexp_replace(regexp_replace(name, '[^A-Z ]', '', 'g'), ' +', ' ', 'g'), ' ');
    END IF;
    WHILE position(' ' IN name) > 0 AND split_part(name, ' ', 1) IN (
        'DR', 'DRA', 'DRS', 'DRG', 'IR', 'H', 'HJ', 'HI', 'KH', 'KYAI', 'UST', 'USTD', 'USTAD',
            'USTADZ', 'USTADZAH', 'USTZ', 'PROF', 'RADEN', 'RD', 'R', 'TEUKU', 'TENGKU', 'TGK', 'T', 'ALM',
            'ALMH', 'ALMARHUM', 'ALMARHUMAH', 'SDR', 'SDRI', 'BPK', 'IBU', 'NY', 'TN'
    ) LOOP
        name := substr(name, position(' ' IN name) + 1);
    END LOOP;
    name := ' ' || name || ' ';
    IF name LIKE '% BIN%' OR name LIKE '% BT%' THEN
        name := rtrim(coalesce(nullif(split_part(name, ' BIN ', 1), ''), name)) || ' ';
        name := rtrim(coalesce(nullif(split_part(name, ' BINTI ', 1), ''), name)) || ' ';
        name := rtrim(coalesce(nullif(split_part(name, ' BINTE ', 1), ''), name)) || ' ';
        name := rtrim(coalesce(nullif(split_part(name, ' BTE ', 1), ''), name)) || ' ';
        name := rtrim(coalesce(nullif(split_part(name, ' BT ', 1), ''), name)) || ' ';
    END IF;
    IF name LIKE '% ALM%' THEN
        name := replace(replace(replace(replace(replace(
            name, ' ALM ', ' '), ' ALMH ', ' '), ' ALMARHUM ', ' '), ' ALMARHUMAH ', ' '),
            ' ALMH ', ' ');
    END IF;
    name := pkh_single_letters(
        replace(replace(replace(replace(name, 'OE', 'U'), 'DJ', 'J'), 'TJ', 'C'), 'SJ', 'SY')
    );
    IF name LIKE '% M%' THEN
        name := replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
            replace(replace(replace(replace(replace(replace(replace(name,
            ' MUH ', ' MUHAMAD '), ' MUHD ', ' MUHAMAD '), ' MOH ', ' MUHAMAD '),
            ' MOHD ', ' MUHAMAD '), ' MOCH ', ' MUHAMAD '), ' MUCH ', ' MUHAMAD '),
            ' MHD ', ' MUHAMAD '), ' MHMD ', ' MUHAMAD '), ' MOHAMAD ', ' MUHAMAD '),
            ' MOCHAMAD ', ' MUHAMAD '), ' MUCHAMAD ', ' MUHAMAD '), ' MOHAMED ', ' MUHAMAD '),
            ' MUHAMED ', ' MUHAMAD '), ' MUHAMAT ', ' MUHAMAD '), ' MOKHAMAD ', ' MUHAMAD '),
            ' MUKHAMAD ', ' MUHAMAD '), ' MOHAMAT ', ' MUHAMAD ');
    END IF;
    IF name LIKE '% A%' THEN
        name := replace(replace(replace(replace(replace(replace(replace(replace(
            name, ' AKHMAD ', ' AHMAD '), ' ACHMAD ', ' AHMAD '), ' AHMED ', ' AHMAD '),
            ' AHMAT ', ' AHMAD '), ' AKHMAT ', ' AHMAD '),
            ' ABD ', ' ABDUL '), ' ABDL ', ' ABDUL '), ' ABDOL ', ' ABDUL ');
    END IF;
    IF name LIKE '% S%' THEN
        name := replace(replace(replace(replace(
            name, ' ST ', ' SITI '), ' STI ', ' SITI '), ' SITY ', ' SITI '), ' SITIE ', ' SITI ');
    END IF;
    IF name LIKE '% NO%' THEN
        name := replace(replace(name, ' NOR ', ' NUR '), ' NOOR ', ' NUR ');
    END IF;
    IF name LIKE ' M %' THEN
        name := ' MUHAMAD ' || substr(name, 4);
    END IF;
    RETURN nullif(btrim(name, ' '), '');
END $$;

CREATE OR REPLACE FUNCTION pkh_loose_key(key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(pkh_single_letters(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(
        key,
    'SY', 'S'), 'SH', 'S'), 'KH', 'H'), 'CH', 'H'), 'DH', 'D'), 'TH', 'T'), 'GH', 'G'), 'DZ', 'J'),
    'DL', 'D'), 'TS', 'S'), 'Z', 'J'), 'V', 'F'), 'P', 'F'), 'Q', 'K'), 'X', 'KS'), 'Y', 'I'),
    'W', 'U'), 'O', 'U'), 'E', 'I'), 'H', ''), ' ', '')), '');

-- Letters and digits of a coded cell; 01 and 1.0 are the code 1.
CREATE OR REPLACE FUNCTION pkh_code(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(
    regexp_replace(pkh_plain(value), '^0?([1-9])([.,]0{1,2})?$', '\1'), '[^A-Z0-9]', '', 'g'
);

CREATE OR REPLACE FUNCTION pkh_sex(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN value IN ('L', 'P') THEN value
    ELSE CASE pkh_code(value)
        WHEN 'L' THEN 'L' WHEN '1' THEN 'L' WHEN 'M' THEN 'L' WHEN 'LAKI' THEN 'L'
        WHEN 'LAKILAKI' THEN 'L' WHEN 'LK' THEN 'L' WHEN 'LKLK' THEN 'L' WHEN 'PRIA' THEN 'L'
        WHEN 'MALE' THEN 'L' WHEN 'LELAKI' THEN 'L' WHEN 'LLAKILAKI' THEN 'L'
        WHEN 'LAKILAKIL' THEN 'L' WHEN '1LAKILAKI' THEN 'L' WHEN 'LAKI2' THEN 'L'
        WHEN 'P' THEN 'P' WHEN '2' THEN 'P' WHEN 'F' THEN 'P' WHEN 'PEREMPUAN' THEN 'P'
        WHEN 'PR' THEN 'P' WHEN 'WANITA' THEN 'P' WHEN 'FEMALE' THEN 'P' WHEN 'W' THEN 'P'
        WHEN 'PPEREMPUAN' THEN 'P' WHEN 'PEREMPUANP' THEN 'P' WHEN '2PEREMPUAN' THEN 'P'
    END
END;

CREATE OR REPLACE FUNCTION pkh_relationship(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE pkh_code(value)
    WHEN '1' THEN 'head' WHEN 'KEPALAKELUARGA' THEN 'head' WHEN 'KEPALARUMAHTANGGA' THEN 'head'
    WHEN 'KEPALAART' THEN 'head' WHEN 'KEPALA' THEN 'head' WHEN 'KRT' THEN 'head'
    WHEN 'KK' THEN 'head'
    WHEN '2' THEN 'spouse' WHEN 'ISTRI' THEN 'spouse' WHEN 'ISTERI' THEN 'spouse'
    WHEN 'SUAMI' THEN 'spouse'
    WHEN 'ISTRISUAMI' THEN 'spouse' WHEN 'SUAMIISTRI' THEN 'spouse' WHEN 'PASANGAN' THEN 'spouse'
    WHEN '3' THEN 'child' WHEN 'ANAK' THEN 'child' WHEN 'ANAKKANDUNG' THEN 'child'
    WHEN 'ANAKTIRI' THEN 'child' WHEN 'ANAKANGKAT' THEN 'child'
    WHEN '4' THEN 'child_in_law' WHEN 'MENANTU' THEN 'child_in_law'
    WHEN '5' THEN 'grandchild' WHEN 'CUCU' THEN 'grandchild'
    WHEN '6' THEN 'parent' WHEN 'ORANGTUA' THEN 'parent' WHEN 'ORANGTUAMERTUA' THEN 'parent'
    WHEN 'AYAH' THEN 'parent' WHEN 'IBU' THEN 'parent'
    WHEN 'MERTUA' THEN 'parent_in_law'
    WHEN '7' THEN 'other_relative' WHEN 'FAMILI' THEN 'other_relative'
    WHEN 'FAMILILAIN' THEN 'other_relative'
    WHEN 'SAUDARA' THEN 'other_relative' WHEN 'KEPONAKAN' THEN 'other_relative'
    WHEN 'ADIK' THEN 'other_relative' WHEN 'KAKAK' THEN 'other_relative'
    WHEN '8' THEN 'other' WHEN 'LAINNYA' THEN 'other' WHEN 'LAIN' THEN 'other'
    WHEN 'PEMBANTU' THEN 'other' WHEN 'PEMBANTURUMAHTANGGA' THEN 'other' WHEN 'SOPIR' THEN 'other'
END;

CREATE OR REPLACE FUNCTION pkh_area_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(
    regexp_replace(
        regexp_replace(
            pkh_plain(value),
            '^((DESA|DS|KELURAHAN|KEL|PEKON|NAGARI|GAMPONG|KAMPUNG|KECAMATAN|KEC|KABUPATEN|KAB|KOTA'
            '|ADM|PROVINSI|PROV)[ .]+)+(?=[A-Z0-9])',
            ''
        ),
        '[^A-Z0-9]', '', 'g'
    ),
    ''
);

CREATE OR REPLACE FUNCTION pkh_deceased(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(
    regexp_replace(
        pkh_plain(value),
        '(^|[^A-Z])(?:TIDAK|TDK|BELUM|BLM|BUKAN) (?:MENINGGAL|WAFAT|ALM|ALMH|ALMARHUM|ALMARHUMAH|MD)'
        '(?=[^A-Z]|$)',
        '\1', 'g'
    ) ~ '(^|[^A-Z])(MENINGGAL|WAFAT|ALM|ALMH|ALMARHUM|ALMARHUMAH|MD)([^A-Z]|$)',
    false
);
