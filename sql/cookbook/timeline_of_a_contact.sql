-- The life of the newest contact step by step: who told what when, what it changed, and which mails left.
SELECT at, event, outlet, status, words
FROM mart.contact_timeline
WHERE contact_id = (
    SELECT contact_id FROM mart.contacts WHERE status = 'occurred' ORDER BY occurred_on DESC NULLS LAST, contact_id LIMIT 1
)
ORDER BY at, event DESC;
