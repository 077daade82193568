-- The latest 200 changes of status: planned to occurred, planned to cancelled, occurred to denied.
SELECT history.changed_at, contacts.participants, history.status_before, history.status_after, contacts.occurred_on
FROM mart.contact_history AS history
JOIN mart.contacts USING (contact_id)
WHERE history.kind = 'changed' AND history.status_after IS NOT NULL
ORDER BY history.changed_at DESC, history.history_id DESC
LIMIT 200;
