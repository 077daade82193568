-- The outbox: a message is written in the transaction that found its contact, and sent afterwards, once.

CREATE TABLE core.outbox (
    outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id uuid NOT NULL REFERENCES core.contact,
    rule text NOT NULL,
    recipient text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    html text NOT NULL,
    message_id text NOT NULL UNIQUE,
    as_of timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    enqueued_at timestamptz NOT NULL DEFAULT now(),
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    lease_pid integer,
    lease_backend_start timestamptz,
    lease_until timestamptz,
    -- One message per contact, rule and recipient: what makes a re-run or a rebuild unable to mail twice.
    UNIQUE (contact_id, rule, recipient),
    CONSTRAINT outbox_sent_at CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT outbox_lease_is_whole CHECK (num_nulls(lease_pid, lease_backend_start, lease_until) IN (0, 3))
);
CREATE INDEX outbox_waiting ON core.outbox (outbox_id) WHERE state = 'waiting';
CREATE INDEX outbox_sent ON core.outbox (sent_at) WHERE state = 'sent';
COMMENT ON TABLE core.outbox IS 'E-mails to send and sent.';
COMMENT ON COLUMN core.outbox.outbox_id IS 'Key.';
COMMENT ON COLUMN core.outbox.contact_id IS 'The contact it tells of.';
COMMENT ON COLUMN core.outbox.rule IS 'The alert rule that asked for it.';
COMMENT ON COLUMN core.outbox.recipient IS 'To whom.';
COMMENT ON COLUMN core.outbox.subject IS 'Subject.';
COMMENT ON COLUMN core.outbox.text IS 'Plain text part.';
COMMENT ON COLUMN core.outbox.html IS 'HTML part.';
COMMENT ON COLUMN core.outbox.message_id IS 'Message-ID header; the same in every attempt, so mail systems drop doubles.';
COMMENT ON COLUMN core.outbox.as_of IS 'The installation''s time when it was written.';
COMMENT ON COLUMN core.outbox.state IS 'waiting, sent, or failed for good.';
COMMENT ON COLUMN core.outbox.attempts IS 'Deliveries tried and answered.';
COMMENT ON COLUMN core.outbox.enqueued_at IS 'When it was enqueued, by the database''s clock.';
COMMENT ON COLUMN core.outbox.next_attempt_at IS 'Not to be tried before.';
COMMENT ON COLUMN core.outbox.sent_at IS 'When the relay took it.';
COMMENT ON COLUMN core.outbox.lease_pid IS 'Backend process of the sender that holds it.';
COMMENT ON COLUMN core.outbox.lease_backend_start IS 'Start of that backend.';
COMMENT ON COLUMN core.outbox.lease_until IS 'When the lease ends in any case.';

CREATE TABLE core.outbox_attempt (
    attempt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outbox_id bigint NOT NULL REFERENCES core.outbox,
    attempted_at timestamptz NOT NULL DEFAULT now(),
    outcome text NOT NULL CHECK (outcome IN ('sent', 'failed', 'refused')),
    reply text NOT NULL
);
CREATE INDEX outbox_attempt_by_message ON core.outbox_attempt (outbox_id, attempt_id);
COMMENT ON TABLE core.outbox_attempt IS 'Each delivery tried, with the relay''s answer.';
COMMENT ON COLUMN core.outbox_attempt.attempt_id IS 'Key.';
COMMENT ON COLUMN core.outbox_attempt.outbox_id IS 'The message.';
COMMENT ON COLUMN core.outbox_attempt.attempted_at IS 'When.';
COMMENT ON COLUMN core.outbox_attempt.outcome IS 'sent; failed: may be tried again; refused: will not be.';
COMMENT ON COLUMN core.outbox_attempt.reply IS 'What the relay said, or the fault of the connection.';
