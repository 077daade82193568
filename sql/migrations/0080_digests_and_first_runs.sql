-- What alerts know besides single mails: who reads by which rule since when, which contacts were known before that, and
-- which go out, or went out, together in a digest.

CREATE TABLE core.alert_reader (
    rule text NOT NULL,
    recipient text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    as_of timestamptz NOT NULL,
    primed integer NOT NULL DEFAULT 0 CHECK (primed >= 0),
    PRIMARY KEY (rule, recipient)
);
COMMENT ON TABLE core.alert_reader IS 'Each recipient of each rule, from the first run that saw the two together.';
COMMENT ON COLUMN core.alert_reader.rule IS 'The alert rule.';
COMMENT ON COLUMN core.alert_reader.recipient IS 'To whom.';
COMMENT ON COLUMN core.alert_reader.first_seen_at IS 'When a run first saw it, by the database''s clock.';
COMMENT ON COLUMN core.alert_reader.as_of IS 'The same by the installation''s time.';
COMMENT ON COLUMN core.alert_reader.primed IS 'Contacts that the warehouse held by then: noted, and not sent.';

-- Who was mailed before is no new reader: nothing of theirs is primed.
INSERT INTO core.alert_reader (rule, recipient, first_seen_at, as_of)
SELECT rule, recipient, min(enqueued_at), min(as_of) FROM core.outbox WHERE kind = 'contact' GROUP BY rule, recipient;

CREATE TABLE core.digest (
    digest_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule text NOT NULL,
    recipient text NOT NULL,
    period date NOT NULL,
    as_of timestamptz NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    contacts integer NOT NULL DEFAULT 0 CHECK (contacts >= 0),
    updates integer NOT NULL DEFAULT 0 CHECK (updates >= 0),
    outbox_id bigint REFERENCES core.outbox,
    -- What makes a restart unable to send a period twice, whether or not it had anything to tell.
    UNIQUE (rule, recipient, period)
);
COMMENT ON TABLE core.digest IS 'Each digest made, the empty ones that were not sent included.';
COMMENT ON COLUMN core.digest.digest_id IS 'Key.';
COMMENT ON COLUMN core.digest.rule IS 'The alert rule.';
COMMENT ON COLUMN core.digest.recipient IS 'To whom.';
COMMENT ON COLUMN core.digest.period IS 'The day on which its period ends, in the rule''s time zone.';
COMMENT ON COLUMN core.digest.as_of IS 'The installation''s time when it was made.';
COMMENT ON COLUMN core.digest.made_at IS 'When it was made, by the database''s clock.';
COMMENT ON COLUMN core.digest.contacts IS 'New contacts that it told.';
COMMENT ON COLUMN core.digest.updates IS 'Contacts told before of which it told a correction.';
COMMENT ON COLUMN core.digest.outbox_id IS 'Its mail; none where it had nothing to tell.';

CREATE TABLE core.alert_note (
    contact_id uuid NOT NULL REFERENCES core.contact,
    rule text NOT NULL,
    recipient text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('primed', 'digest')),
    as_of timestamptz NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    digest_id bigint REFERENCES core.digest,
    told jsonb,
    changed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (contact_id, rule, recipient),
    CONSTRAINT alert_note_primed_is_never_told CHECK (kind = 'digest' OR digest_id IS NULL),
    CONSTRAINT alert_note_told_in_a_digest CHECK ((digest_id IS NULL) = (told IS NULL)),
    CONSTRAINT alert_note_changed_after_told CHECK (told IS NOT NULL OR NOT changed)
);
CREATE INDEX alert_note_owed ON core.alert_note (rule, recipient)
    WHERE kind = 'digest' AND (digest_id IS NULL OR changed);
COMMENT ON TABLE core.alert_note IS
    'Contacts that a rule does not mail to a recipient by themselves: known before it, or told in a digest.';
COMMENT ON COLUMN core.alert_note.contact_id IS 'The contact.';
COMMENT ON COLUMN core.alert_note.rule IS 'The alert rule.';
COMMENT ON COLUMN core.alert_note.recipient IS 'To whom.';
COMMENT ON COLUMN core.alert_note.kind IS 'primed: known before the rule, never sent; digest: for the next digest.';
COMMENT ON COLUMN core.alert_note.as_of IS 'The installation''s time when it was noted.';
COMMENT ON COLUMN core.alert_note.noted_at IS 'When it was noted, by the database''s clock.';
COMMENT ON COLUMN core.alert_note.digest_id IS 'The digest that told it; none yet if it waits for one.';
COMMENT ON COLUMN core.alert_note.told IS 'The facts that were told last, by which later ones are compared.';
COMMENT ON COLUMN core.alert_note.changed IS 'It has changed since it was told, and the rule asks for updates.';

ALTER TABLE core.outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE core.outbox ADD CONSTRAINT outbox_kind_check
    CHECK (kind IN ('contact', 'update', 'digest', 'heartbeat', 'ops'));
ALTER TABLE core.outbox DROP CONSTRAINT outbox_has_its_contact;
ALTER TABLE core.outbox ADD CONSTRAINT outbox_has_its_contact
    CHECK ((contact_id IS NULL) = (kind IN ('digest', 'heartbeat', 'ops')));
COMMENT ON COLUMN core.outbox.contact_id IS 'The contact it tells of; none in a digest, a heartbeat or a mail to ops.';
COMMENT ON COLUMN core.outbox.kind IS
    'contact: its first mail; update: a follow-up to that; digest: all of a period; heartbeat: the daily sign of life; ops: of feeds.';
