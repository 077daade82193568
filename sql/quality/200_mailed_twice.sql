-- severity: warn
-- means: Somebody was mailed twice within the last week of what has turned out to be one contact.
-- do: Look at the reason of the contact (mart.contacts): what kept its reports apart until the second mail was out?
SELECT
    coalesce(contact.merged_into, contact.contact_id) AS contact_id, message.rule, count(*) AS mails,
    array_agg(message.outbox_id ORDER BY message.outbox_id) AS outbox_ids, max(message.sent_at) AS last_sent_at
FROM core.outbox AS message
JOIN core.contact USING (contact_id)
WHERE message.kind = 'contact' AND message.state = 'sent'
-- By recipient too, though it is not shown: analysts read the findings.
GROUP BY coalesce(contact.merged_into, contact.contact_id), message.rule, message.recipient
HAVING count(*) > 1 AND max(message.sent_at) > now() - interval '7 days'
ORDER BY last_sent_at DESC
