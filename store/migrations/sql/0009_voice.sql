-- Rules of a workspace's voice.  `key` is what a rule was first about: what is learned again finds
-- the rule there, however it was edited since, and also when it was deleted.

CREATE TABLE voice_rules (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    about text NOT NULL DEFAULT '',
    instead text NOT NULL DEFAULT '',
    most integer CHECK (most >= 0),
    origin text NOT NULL CHECK (origin IN ('edits', 'past_posts', 'creator')),
    enabled boolean NOT NULL DEFAULT true,
    support integer NOT NULL DEFAULT 0 CHECK (support >= 0),
    against integer NOT NULL DEFAULT 0 CHECK (against >= 0),
    evidence json NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, key)
);

-- Posts of the creator's own; the same text once.
CREATE TABLE voice_examples (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    sha256 text NOT NULL,
    text text NOT NULL,
    language text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, sha256)
);
