-- What ops is told is about feeds, not about a contact.

ALTER TABLE core.outbox DROP CONSTRAINT outbox_has_its_contact;
ALTER TABLE core.outbox ADD CONSTRAINT outbox_has_its_contact
    CHECK ((contact_id IS NULL) = (kind IN ('heartbeat', 'ops')));
