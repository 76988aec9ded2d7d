-- What language models cost a workspace, month by month, and what they answered.

CREATE TABLE model_budgets (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces ON DELETE CASCADE,
    tokens bigint CHECK (tokens >= 0),
    micros bigint CHECK (micros >= 0),
    set_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Reserved and spent are one sum: a reservation nobody settles (a process was killed in the middle
-- of a call) stays counted, for the call may have been billed.
CREATE TABLE model_spending (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    month date NOT NULL,
    tokens bigint NOT NULL DEFAULT 0 CHECK (tokens >= 0),
    micros bigint NOT NULL DEFAULT 0 CHECK (micros >= 0),
    calls bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, month)
);

CREATE TABLE model_answers (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    key text NOT NULL,
    model text NOT NULL,
    answer text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (workspace_id, key)
);
CREATE INDEX model_answers_age ON model_answers (workspace_id, created_at);
