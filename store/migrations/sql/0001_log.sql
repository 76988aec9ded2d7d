-- Reading the decision log while others write to it.
--
-- `position` comes from a sequence, so it grows, with gaps, in the order decisions are made.  But
-- a transaction may take position 7 and commit after position 8 was read.  A reader that then
-- remembers "read up to 8" would never see 7.  So:
--   * before its first row, an insert announces itself: it takes a shared advisory lock whose key
--     is (workspace, last position given out so far).  All its own positions will be greater, and
--     the lock goes away with the transaction, after its rows became visible;
--   * a reader asks `decision_watermark()`: the last position given out, or less when somebody
--     announced an earlier one and is still at it.  Every position up to there is settled:
--     visible to the next statement, or never to appear.
-- Nobody waits for anybody: writers share, the reader only looks.  The key's low half holds 32
-- bits of the position, enough for any two positions in flight at once; two workspaces whose
-- ids share their first 32 bits only make each other's watermark more careful.

CREATE FUNCTION last_decision_position() RETURNS bigint LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public, pg_temp
    AS $$ SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public.decision_positions $$;

CREATE FUNCTION decision_lock_class() RETURNS integer LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT hashtext(NULLIF(current_setting('app.workspace', true), '')) $$;

CREATE FUNCTION announce_decisions() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    AS $$
BEGIN
    -- The transaction's first announcement holds for its later positions too.
    IF current_setting('app.announced', true) IS DISTINCT FROM 'yes' THEN
        PERFORM pg_advisory_xact_lock_shared(
            public.decision_lock_class(),
            (public.last_decision_position() & 4294967295)::bit(32)::integer);
        PERFORM set_config('app.announced', 'yes', true);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER announce BEFORE INSERT ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION announce_decisions();

CREATE FUNCTION decision_watermark() RETURNS bigint LANGUAGE plpgsql VOLATILE
    SET search_path = pg_catalog, public, pg_temp
    AS $$
DECLARE
    given bigint := public.last_decision_position();
    careful bigint;
BEGIN
    -- The sequence is read first: whoever took a position up to `given` announced it before.
    SELECT min(given - ((given - objid::bigint) & 4294967295)) INTO careful
      FROM pg_locks
     WHERE locktype = 'advisory' AND objsubid = 2 AND mode = 'ShareLock' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND classid::bigint = public.decision_lock_class()::bigint & 4294967295
       AND pid <> pg_backend_pid();
    RETURN least(given, coalesce(careful, given));
END $$;
