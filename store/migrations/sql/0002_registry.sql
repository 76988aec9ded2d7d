-- Who learns, by which rewards, and who took over from whom.

-- The newest version holds; nothing is ever changed.
CREATE TABLE reward_specs (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    version integer NOT NULL CHECK (version > 0),
    spec json NOT NULL,
    by uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, version)
);

-- A policy's state is a fold of the log after `since` with these settings: both never change.
CREATE TABLE policies (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    settings json NOT NULL DEFAULT '{}',
    since bigint NOT NULL DEFAULT 0,
    state text NOT NULL CHECK (state IN ('in_charge', 'shadow', 'retired')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, name)
);
CREATE UNIQUE INDEX policies_in_charge ON policies (workspace_id) WHERE state = 'in_charge';
CREATE INDEX policies_newest ON policies (workspace_id, created_at, id);

-- Each time a policy took over; `undone_at` when it was rolled back.
CREATE TABLE promotions (
    workspace_id uuid NOT NULL,
    id uuid NOT NULL,
    policy_id uuid NOT NULL,
    replaced_id uuid NOT NULL,
    evaluation_id uuid,
    by uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    undone_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, policy_id) REFERENCES policies ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, replaced_id) REFERENCES policies ON DELETE CASCADE
);
CREATE INDEX promotions_newest ON promotions (workspace_id, created_at, id);

-- A snapshot holds for one spec of rewards and one window of the log (`since` to `position`).
ALTER TABLE policy_snapshots
    ADD COLUMN rewards text NOT NULL DEFAULT '',
    ADD COLUMN since bigint NOT NULL DEFAULT 0,
    ADD COLUMN taken bigint NOT NULL DEFAULT 0,
    ADD COLUMN parent uuid,
    ADD COLUMN metrics json NOT NULL DEFAULT '{}',
    ADD COLUMN card json NOT NULL DEFAULT '{}';
DROP INDEX policy_snapshots_latest;
CREATE INDEX policy_snapshots_latest ON policy_snapshots (workspace_id, policy, rewards, position);

-- A person who changes their mind about training: which decisions that concerns.
CREATE INDEX decisions_subject ON decisions (workspace_id, subject) WHERE subject IS NOT NULL;
