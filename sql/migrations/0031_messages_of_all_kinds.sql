-- The outbox learns of more than first mails: follow-ups to them, and mails to ops about no contact at all.

ALTER TABLE core.outbox ALTER COLUMN contact_id DROP NOT NULL;
ALTER TABLE core.outbox ADD COLUMN kind text NOT NULL DEFAULT 'contact'
    CHECK (kind IN ('contact', 'update', 'heartbeat'));
ALTER TABLE core.outbox ADD COLUMN about text;
UPDATE core.outbox SET about = contact_id::text;
ALTER TABLE core.outbox ALTER COLUMN about SET NOT NULL;
ALTER TABLE core.outbox ADD COLUMN in_reply_to text;
ALTER TABLE core.outbox ADD COLUMN told jsonb;
ALTER TABLE core.outbox DROP CONSTRAINT outbox_contact_id_rule_recipient_key;
-- One message per kind, matter, rule and recipient: what makes a re-run or a rebuild unable to mail twice.
ALTER TABLE core.outbox ADD CONSTRAINT outbox_once UNIQUE (about, rule, recipient, kind);
ALTER TABLE core.outbox ADD CONSTRAINT outbox_has_its_contact CHECK ((kind = 'heartbeat') = (contact_id IS NULL));
CREATE INDEX outbox_by_contact ON core.outbox (contact_id);
COMMENT ON COLUMN core.outbox.contact_id IS 'The contact it tells of; none in a heartbeat.';
COMMENT ON COLUMN core.outbox.kind IS 'contact: its first mail; update: a follow-up to that; heartbeat: the daily sign of life.';
COMMENT ON COLUMN core.outbox.about IS 'What it tells of: the contact, the contact and the number of the follow-up, or the day.';
COMMENT ON COLUMN core.outbox.in_reply_to IS 'Message-ID of the mail that it follows up.';
COMMENT ON COLUMN core.outbox.told IS 'The facts that the mail told, by which later ones are compared.';
