-- severity: warn
-- means: A first mail that waits to be sent tells of a contact that has been withdrawn or merged since.
-- do: If it is wrong, take it out of the outbox before the next run of the stage alert.
SELECT message.outbox_id, message.rule, message.contact_id, contact.state, message.subject, message.enqueued_at
FROM core.outbox AS message
JOIN core.contact USING (contact_id)
WHERE message.state = 'waiting' AND message.kind = 'contact' AND contact.state <> 'active'
ORDER BY message.outbox_id DESC
