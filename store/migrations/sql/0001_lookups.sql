-- The only functions that see across workspaces.  They answer before a workspace is known (who
-- is logging in?) or for nobody in particular (what is due?), and they return ids only.
-- Their owner is not always a superuser, and FORCE row level security binds owners too: the
-- policies at the end let the owner, and nobody else, read what the look-ups need.

CREATE FUNCTION lookup_login(wanted text)
    RETURNS TABLE (workspace_id uuid, member_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT m.workspace_id, m.id FROM public.members m
           WHERE lower(m.email) = lower(wanted) $$;

CREATE FUNCTION lookup_api_key(wanted text)
    RETURNS TABLE (workspace_id uuid, key_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT k.workspace_id, k.id FROM public.api_keys k
           WHERE k.prefix = wanted AND k.revoked_at IS NULL $$;

CREATE FUNCTION lookup_refresh_token(wanted text)
    RETURNS TABLE (workspace_id uuid, token_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT t.workspace_id, t.id FROM public.refresh_tokens t
           WHERE t.token_hash = wanted $$;

CREATE FUNCTION due_outbox(at timestamptz, most integer)
    RETURNS TABLE (workspace_id uuid, outbox_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT o.workspace_id, o.id FROM public.outbox o
           WHERE o.state = 'waiting' AND o.due_at <= at
             AND (o.lease_until IS NULL OR o.lease_until < clock_timestamp())
           ORDER BY o.due_at LIMIT most $$;

-- Queued; or running under a lease that ran out; or awaiting an approval that was given.
CREATE FUNCTION due_runs(most integer)
    RETURNS TABLE (workspace_id uuid, run_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT r.workspace_id, r.id FROM public.runs r
           WHERE r.state IN ('queued', 'running', 'awaiting_approval')
             AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
             AND (r.state <> 'awaiting_approval' OR NOT EXISTS (
                 SELECT FROM public.posts p
                  WHERE p.workspace_id = r.workspace_id AND p.campaign_id = r.campaign_id
                    AND p.state IN ('draft', 'awaiting_approval')))
           ORDER BY r.updated_at LIMIT most $$;

-- Decisions whose reward window is still open, or closed ones that changed since.
CREATE FUNCTION due_learning(most integer)
    RETURNS TABLE (workspace_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT w.id FROM public.workspaces w
            LEFT JOIN public.reward_windows c ON c.workspace_id = w.id
           WHERE EXISTS (SELECT FROM public.decisions d WHERE d.workspace_id = w.id
                            AND d.created_at > coalesce(c.closed_before, '-infinity'))
              OR EXISTS (SELECT FROM public.revisions v WHERE v.workspace_id = w.id)
           LIMIT most $$;
