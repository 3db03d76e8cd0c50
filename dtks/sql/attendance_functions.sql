-- Cells of the school attendance form. Not STRICT: PostgreSQL could not inline them then.

-- A number of days: empty and "-" say nothing (NULL); what is no number of at most three digits
-- is -1, which no count is.
CREATE OR REPLACE FUNCTION pkh_days(value text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN coalesce(btrim(value, E' -\t\u00a0'), '') = '' AND coalesce(value, '') !~ '-\s*[0-9]' THEN NULL
    WHEN btrim(value, E' \t\u00a0') ~ '^[0-9]{1,3}([.,]0{1,2})?$'
    THEN substring(btrim(value, E' \t\u00a0') FROM '^[0-9]+')::integer
    ELSE -1
END;

-- A percentage: 95, 95%, 95,45 %, and 0.9545 as a spreadsheet keeps it; NULL for anything else.
CREATE OR REPLACE FUNCTION pkh_percent(value text) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN btrim(value, E' \t\u00a0') ~ '^(0|1)[.,][0-9]+$' OR btrim(value, E' \t\u00a0') = '1'
    THEN replace(btrim(value, E' \t\u00a0'), ',', '.')::numeric * 100
    WHEN btrim(value, E' \t\u00a0') ~ '^[0-9]{1,3}([.,][0-9]{1,9})?\s*%?$'
    THEN replace(btrim(value, E' %\t\u00a0'), ',', '.')::numeric
END;

-- Whether two cleaned names may be one person's where the NIK is the same already: a letter or
-- two apart, a name cut off, or the same sounds.
CREATE OR REPLACE FUNCTION pkh_names_agree(one text, other text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN one IS NOT NULL AND other IS NOT NULL AND (
    one = other
    OR pkh_loose_key(one) = pkh_loose_key(other)
    OR (least(length(one), length(other)) >= 5 AND (starts_with(one, other) OR starts_with(other, one)))
    OR levenshtein(left(one, 100), left(other, 100)) * 5
        <= greatest(length(left(one, 100)), length(left(other, 100)))
);
