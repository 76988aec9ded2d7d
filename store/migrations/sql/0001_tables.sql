-- Every tenant row is keyed (workspace_id, id): an id of another workspace can neither be
-- referenced nor collided with, so nothing about a neighbour shows through a constraint.

CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    holdback double precision NOT NULL DEFAULT 0.05 CHECK (holdback BETWEEN 0 AND 1),
    pseudonym_key_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- People and credentials ---------------------------------------------------------------------

CREATE TABLE members (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'editor', 'reviewer', 'analyst')),
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX members_email ON members (lower(email));

CREATE TABLE api_keys (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL UNIQUE,
    key_hash text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);

CREATE TABLE refresh_tokens (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    family_id uuid NOT NULL,
    token_hash text NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, member_id) REFERENCES members ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (workspace_id, family_id);

CREATE TABLE replies (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    route text NOT NULL,
    key text NOT NULL,
    body_hash text NOT NULL,
    status integer,
    headers jsonb NOT NULL DEFAULT '{}',
    response bytea,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, route, key)
);
CREATE INDEX replies_expired ON replies (workspace_id, expires_at);

CREATE TABLE threads (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    member_id uuid,
    title text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id)
);

-- What the creator brings --------------------------------------------------------------------

CREATE TABLE contents (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX contents_newest ON contents (workspace_id, created_at, id);

CREATE TABLE content_versions (
    workspace_id uuid NOT NULL,
    content_id uuid NOT NULL,
    version integer NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    source text NOT NULL,
    format text NOT NULL CHECK (format IN ('text', 'markdown', 'html')),
    link text,
    edited_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, content_id, version),
    FOREIGN KEY (workspace_id, content_id) REFERENCES contents ON DELETE CASCADE
);

CREATE TABLE media (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    content_id uuid NOT NULL,
    media_type text NOT NULL,
    bytes integer NOT NULL,
    sha256 text NOT NULL,
    alt_text text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, content_id) REFERENCES contents ON DELETE CASCADE
);
CREATE INDEX media_content ON media (workspace_id, content_id);

CREATE TABLE analyses (
    workspace_id uuid NOT NULL,
    content_id uuid NOT NULL,
    analysis json NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, content_id),
    FOREIGN KEY (workspace_id, content_id) REFERENCES contents ON DELETE CASCADE
);

-- Who it is for ------------------------------------------------------------------------------

CREATE TABLE consents (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    subject text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('analytics', 'personalisation', 'training')),
    granted boolean NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, subject, purpose)
);

CREATE TABLE segments (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    size integer NOT NULL,
    everyone boolean NOT NULL DEFAULT false,
    evidence json NOT NULL DEFAULT '[]',
    features json NOT NULL DEFAULT '{}',
    language text,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id)
);

CREATE TABLE segment_members (
    workspace_id uuid NOT NULL,
    subject text NOT NULL,
    segment_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, subject),
    FOREIGN KEY (workspace_id, segment_id) REFERENCES segments ON DELETE CASCADE
);
CREATE INDEX segment_members_segment ON segment_members (workspace_id, segment_id);

-- Campaigns and their runs -------------------------------------------------------------------

CREATE TABLE campaigns (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    content_id uuid NOT NULL,
    settings json NOT NULL,
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, content_id) REFERENCES contents ON DELETE CASCADE
);
CREATE INDEX campaigns_newest ON campaigns (workspace_id, created_at, id);

CREATE TABLE runs (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN
        ('queued', 'running', 'awaiting_approval', 'finished', 'failed', 'cancelled')),
    problem text,
    lease_owner text,
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, campaign_id),
    FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CREATE INDEX runs_unfinished ON runs (state, lease_until)
    WHERE state IN ('queued', 'running', 'awaiting_approval');

CREATE TABLE run_steps (
    workspace_id uuid NOT NULL,
    run_id uuid NOT NULL,
    name text NOT NULL,
    summary text NOT NULL,
    seconds double precision NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, run_id, name),
    FOREIGN KEY (workspace_id, run_id) REFERENCES runs ON DELETE CASCADE
);

CREATE TABLE variants (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    strategy text NOT NULL,
    platform text NOT NULL,
    text text NOT NULL,
    language text NOT NULL,
    writer text NOT NULL,
    prompt_hash text,
    ai_generated boolean NOT NULL,
    traces json NOT NULL,
    sources json NOT NULL,
    findings json NOT NULL,
    media json NOT NULL,
    place integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE
);
CREATE INDEX variants_campaign ON variants (workspace_id, campaign_id);

-- The decision log ---------------------------------------------------------------------------
-- `json`, not `jsonb`: the text comes back as it went in, key order included, so a decision can
-- be reproduced bit for bit.  No foreign key to `workspaces`: checking it would lock that one row
-- for every decision anybody makes.  `strategy`, `action_platform` and `segment` repeat the chosen
-- action's features for the insights.

CREATE SEQUENCE decision_positions;

CREATE TABLE decisions (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    position bigint NOT NULL DEFAULT nextval('decision_positions'),
    kind text NOT NULL CHECK (kind IN ('post', 'impression')),
    context json NOT NULL,
    actions json NOT NULL,
    chosen text NOT NULL,
    propensities json NOT NULL,
    mixture json NOT NULL,
    branch text NOT NULL CHECK (branch IN ('learned', 'holdback')),
    policy text NOT NULL,
    policy_version text NOT NULL,
    seed numeric NOT NULL,
    explored boolean NOT NULL,
    personalised boolean NOT NULL,
    overridden boolean NOT NULL DEFAULT false,
    explanation json NOT NULL,
    campaign_id uuid,
    subject text,
    created_at timestamptz NOT NULL,
    strategy text,
    action_platform text,
    segment text,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX decisions_position ON decisions (workspace_id, position);
CREATE INDEX decisions_newest ON decisions (workspace_id, created_at, id);
CREATE INDEX decisions_campaign ON decisions (workspace_id, campaign_id)
    WHERE campaign_id IS NOT NULL;

-- Decisions made up to `closed_before` have had their time to earn a reward.
CREATE TABLE reward_windows (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces ON DELETE CASCADE,
    closed_before timestamptz NOT NULL
);

-- Positions of closed decisions that changed afterwards: what was folded there is out of date.
CREATE TABLE revisions (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    position bigint NOT NULL,
    PRIMARY KEY (workspace_id, position)
);

CREATE TABLE policy_snapshots (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    policy text NOT NULL,
    position bigint NOT NULL,
    sha256 text NOT NULL,
    state bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX policy_snapshots_latest ON policy_snapshots (workspace_id, policy, position);

CREATE TABLE evaluations (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    kind text NOT NULL,
    estimate json NOT NULL,
    details json NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX evaluations_newest ON evaluations (workspace_id, created_at, id);

-- Publishing ---------------------------------------------------------------------------------

CREATE TABLE posts (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    decision_id uuid NOT NULL,
    platform text NOT NULL,
    account text NOT NULL,
    text text NOT NULL,
    media json NOT NULL,
    content_hash text NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    state text NOT NULL CHECK (state IN ('draft', 'awaiting_approval', 'approved', 'scheduled',
        'publishing', 'published', 'failed', 'unknown', 'cancelled')),
    scheduled_at timestamptz NOT NULL,
    published_at timestamptz,
    url text,
    remote_id text,
    problem text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, campaign_id) REFERENCES campaigns ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, variant_id) REFERENCES variants,
    FOREIGN KEY (workspace_id, decision_id) REFERENCES decisions
);
CREATE INDEX posts_newest ON posts (workspace_id, created_at, id);
CREATE INDEX posts_campaign ON posts (workspace_id, campaign_id);
CREATE INDEX posts_decision ON posts (workspace_id, decision_id);

CREATE TABLE approvals (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    post_id uuid NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('approved', 'rejected')),
    content_hash text NOT NULL,
    by uuid,
    note text NOT NULL DEFAULT '',
    edited boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, post_id) REFERENCES posts ON DELETE CASCADE
);
CREATE INDEX approvals_post ON approvals (workspace_id, post_id);

CREATE TABLE outbox (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    post_id uuid NOT NULL,
    effect_key text NOT NULL,
    due_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'done', 'failed', 'unknown', 'cancelled')),
    attempts integer NOT NULL DEFAULT 0,
    lease_owner text,
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, effect_key),
    FOREIGN KEY (workspace_id, post_id) REFERENCES posts ON DELETE CASCADE
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX outbox_post ON outbox (workspace_id, post_id);

-- Engagement ---------------------------------------------------------------------------------
-- No foreign keys: `Events.ingest` resolves each event against the log in the same statement.

CREATE TABLE events (
    workspace_id uuid NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decision_id uuid,
    post_id uuid,
    subject text,
    value double precision,
    platform text,
    topic text,
    language text,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX events_decision ON events (workspace_id, decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX events_subject ON events (workspace_id, subject) WHERE subject IS NOT NULL;
