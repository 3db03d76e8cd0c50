-- The name key as a stored column keeps it. Generated columns are computed again when a backup is
-- restored and, from PostgreSQL 17 on, under a bare search path: a function that calls ours has to
-- bring its own. Never NULL, so that a comparison is never unknown.
CREATE OR REPLACE FUNCTION pkh_search_key(name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
BEGIN
    RETURN coalesce(pkh_name_key(name), '');
END $$;
