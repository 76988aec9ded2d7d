-- Models trained on a workspace's posts: immutable, each from a window of the log.

CREATE TABLE models (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    kind text NOT NULL,
    reads text NOT NULL,
    rewards text NOT NULL,
    since bigint NOT NULL,
    position bigint NOT NULL,
    taken bigint NOT NULL,
    parent uuid,
    sha256 text NOT NULL,
    state bytea NOT NULL,
    metrics json NOT NULL DEFAULT '{}',
    card json NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX models_newest ON models (workspace_id, kind, created_at, id);
