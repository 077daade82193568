-- severity: error
-- means: A message that should tell of a contact, and whose contact is not in the warehouse.
-- do: The tables' constraints forbid it: somebody deleted contacts by hand. Restore them from a backup; contacts are
--   withdrawn, never deleted.
-- No recipients here: analysts read the findings.
SELECT message.outbox_id, message.kind, message.rule, message.contact_id, message.state, message.enqueued_at
FROM core.outbox AS message
LEFT JOIN core.contact USING (contact_id)
WHERE message.kind IN ('contact', 'update') AND contact.contact_id IS NULL
ORDER BY message.outbox_id DESC
