-- What readers of mails say of a contact: right, wrong, or a duplicate. For review, and for training.

CREATE TABLE core.feedback (
    feedback_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id uuid NOT NULL REFERENCES core.contact,
    rule text NOT NULL,
    reader text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('right', 'wrong', 'duplicate')),
    comment text NOT NULL DEFAULT '' CHECK (length(comment) <= 1000),
    given_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    -- One voice each: who says otherwise later has changed their mind.
    CONSTRAINT feedback_one_voice UNIQUE (contact_id, rule, reader)
);
COMMENT ON TABLE core.feedback IS 'What readers of mails say of a contact, by the signed links in the mail.';
COMMENT ON COLUMN core.feedback.feedback_id IS 'Key.';
COMMENT ON COLUMN core.feedback.contact_id IS 'The contact that the mail told of; it may have been merged since.';
COMMENT ON COLUMN core.feedback.rule IS 'The alert rule that sent the mail.';
COMMENT ON COLUMN core.feedback.reader IS 'A number made from the address and a secret: tells voices apart, not who they are.';
COMMENT ON COLUMN core.feedback.verdict IS 'right; wrong: no such contact, or not as told; duplicate: told before.';
COMMENT ON COLUMN core.feedback.comment IS 'What the reader added.';
COMMENT ON COLUMN core.feedback.given_at IS 'When this reader said so first.';
COMMENT ON COLUMN core.feedback.changed_at IS 'When this reader said so last.';
