-- Messages leave by other channels than mail, too; and what failed can be sent again by a person.

-- What a webhook posts is settled when the message is written: each try must post the same.
ALTER TABLE core.outbox ADD COLUMN payload jsonb;
COMMENT ON COLUMN core.outbox.payload IS 'The contact as data, for channels that are read by programs; none in mails.';
COMMENT ON COLUMN core.outbox.recipient IS
    'To whom: an address, or the name of a channel. A channel''s own address, with its secrets, is in the rules alone.';

ALTER TABLE core.outbox_attempt DROP CONSTRAINT outbox_attempt_outcome_check;
ALTER TABLE core.outbox_attempt ADD CONSTRAINT outbox_attempt_outcome_check
    CHECK (outcome IN ('sent', 'failed', 'refused', 'requeued'));
COMMENT ON COLUMN core.outbox_attempt.outcome IS
    'sent; failed: may be tried again; refused: will not be; requeued: no try, a person asked to send it again.';
