-- What the checks had asked when a post was approved, what was set aside, and through which key.

ALTER TABLE approvals
    ADD COLUMN by_key uuid,
    ADD COLUMN warnings json NOT NULL DEFAULT '[]',
    ADD COLUMN overridden json NOT NULL DEFAULT '[]',
    ADD CONSTRAINT somebody_overrides_and_says_why CHECK (
        json_array_length(overridden) = 0
        OR (verdict = 'approved' AND (by IS NOT NULL OR by_key IS NOT NULL) AND note ~ '\S'));
