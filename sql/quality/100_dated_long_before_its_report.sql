-- severity: warn
-- means: A contact that is told as news, but took place more than 60 days before its first report: background was taken
--   for news, or its year was guessed wrongly.
-- do: Look at its sentences; reject it in review if it is none. Alerts leave old contacts out by themselves.
SELECT contact.contact_id, contact.mode, contact.occurred_on, contact.first_reported_at, contact.confidence
FROM core.contact
WHERE contact.state = 'active'
  AND NOT contact.historical
  AND contact.status IN ('occurred', 'ongoing')
  AND contact.occurred_on < contact.first_reported_at::date - 60
ORDER BY contact.first_reported_at DESC, contact.contact_id
