-- How far learning has come, so that only workspaces with something new to learn are asked.

ALTER TABLE reward_windows ADD COLUMN learned_before timestamptz;

DROP FUNCTION due_learning(integer);

-- Where a decision's time is over and the window not yet closed behind it, where it is closed and
-- not yet learned, or where something closed has changed.  `minutes` is the window of workspaces
-- that have not said theirs.
CREATE FUNCTION due_learning(most integer, now timestamptz, minutes integer)
    RETURNS TABLE (workspace_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT w.id FROM public.workspaces w
            LEFT JOIN public.reward_windows c ON c.workspace_id = w.id
            LEFT JOIN LATERAL (SELECT (r.spec ->> 'window_minutes')::integer AS minutes
                                 FROM public.reward_specs r WHERE r.workspace_id = w.id
                                ORDER BY r.version DESC LIMIT 1) AS own ON true
           WHERE EXISTS (SELECT FROM public.decisions d WHERE d.workspace_id = w.id
                            AND d.created_at > coalesce(c.closed_before, '-infinity')
                            AND d.created_at <= now - make_interval(
                                mins => coalesce(own.minutes, due_learning.minutes)))
              OR c.closed_before > coalesce(c.learned_before, '-infinity')
              OR EXISTS (SELECT FROM public.revisions v WHERE v.workspace_id = w.id)
           LIMIT most $$;
