-- What was forecast for a post's slot when the post was chosen, to be held against what came.

CREATE TABLE forecasts (
    workspace_id uuid NOT NULL,
    decision_id uuid NOT NULL,
    platform text NOT NULL,
    at timestamptz NOT NULL,
    expected double precision NOT NULL,
    low double precision NOT NULL,
    high double precision NOT NULL CHECK (low <= high),
    samples integer NOT NULL CHECK (samples >= 0),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, decision_id),
    FOREIGN KEY (workspace_id, decision_id) REFERENCES decisions ON DELETE CASCADE
);

-- Posts are few among impressions, and are read on their own.
CREATE INDEX decisions_posts ON decisions (workspace_id, position) WHERE kind = 'post';
