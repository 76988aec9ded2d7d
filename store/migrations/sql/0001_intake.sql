-- Taking events in: the lock of `store/intake.py`, and the table that COPY fills.  The table is
-- this connection's own, stays for its next batch, and is emptied by every commit.

CREATE FUNCTION begin_intake() RETURNS void LANGUAGE plpgsql
    AS $$
BEGIN
    -- A plan made for a batch of one must not be kept for a batch of ten thousand.
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
    PERFORM pg_advisory_xact_lock_shared(hashtext('intake'), public.decision_lock_class());
    IF to_regclass('pg_temp.arriving_events') IS NULL THEN
        CREATE TEMPORARY TABLE arriving_events (
            n integer, id text, kind text, occurred_at timestamptz, decision_id uuid,
            post_id uuid, subject text, value double precision, platform text, topic text,
            language text
        ) ON COMMIT DELETE ROWS;
    END IF;
END $$;
