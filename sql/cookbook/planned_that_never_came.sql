-- Contacts once planned or proposed whose day has passed without a report that they took place; the latest 200.
SELECT occurred_on, participants, mode, status, outlets, last_reported_at
FROM mart.contacts
WHERE status IN ('planned', 'proposed', 'cancelled', 'denied') AND NOT historical
  AND (occurred_on IS NULL OR occurred_on < current_date)
ORDER BY occurred_on DESC NULLS LAST, contact_id
LIMIT 200;
