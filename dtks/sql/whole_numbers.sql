-- Whole rupiah and counts as offices write them: 675000, 675.000, Rp 675.000,00,
-- IDR 675.000,-, 3.0.
-- A sign, a letter E or anything longer than 15 digits is not a number we trust: NULL.
CREATE OR REPLACE FUNCTION pkh_whole(value text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN btrim(value) ~* E'^((rp|idr)\\.?)?[\\s\u00a0]*[0-9]{1,3}([.,][0-9]{3})+([.,][0-9]{1,2}|[.,][-\u2013]{1,2})?$'
        OR btrim(value) ~* E'^((rp|idr)\\.?)?[\\s\u00a0]*[0-9]{1,15}([.,][0-9]{1,2}|[.,][-\u2013]{1,2})?$'
    THEN nullif(
        left(regexp_replace(regexp_replace(btrim(value), '[.,][0-9]{1,2}$', ''), '[^0-9]', '', 'g'), 15),
        ''
    )::bigint
END;

-- Not STRICT: PostgreSQL could not inline them then.

-- RT and RW: three digits, as they stand on the card; 5 and 5.0 are 005. Words are left alone.
CREATE OR REPLACE FUNCTION pkh_neighbourhood(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN btrim(value) ~ '^[0-9]{1,3}([.,]0{1,2})?$'
    THEN lpad(regexp_replace(btrim(value), '[.,]0{1,2}$', ''), 3, '0')
    ELSE left(btrim(value), 3)
END;
