-- severity: warn
-- means: A message that was given up, so somebody was not told.
-- do: The relay's words are in `reply`. When they are mended, send it again (docs/alerts.md).
-- No recipients here, nor their addresses in the relay's words: analysts read the findings.
SELECT
    message.outbox_id, message.kind, message.rule, message.contact_id, message.subject, message.attempts,
    regexp_replace(last.reply, '[^\s<>]+@[^\s<>]+', '…', 'g') AS reply
FROM core.outbox AS message
LEFT JOIN LATERAL (
    SELECT reply FROM core.outbox_attempt AS attempt
    WHERE attempt.outbox_id = message.outbox_id ORDER BY attempt_id DESC LIMIT 1
) AS last ON true
WHERE message.state = 'failed'
ORDER BY message.outbox_id DESC
