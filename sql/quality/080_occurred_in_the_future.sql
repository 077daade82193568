-- severity: error
-- means: A contact that is said to have taken place lies in the future.
-- do: Look at its sentences (mart.contact_reports): a plan was read as a fact, or a date was read wrongly. Reject the
--   contact in review, or wait for better reports; readers may have been mailed already.
SELECT contact.contact_id, contact.mode, contact.status, contact.occurred_on, contact.date_precision,
       contact.first_reported_at, contact.confidence
FROM core.contact
WHERE contact.state = 'active'
  AND contact.status IN ('occurred', 'ongoing')
  -- Kiritimati is 14 hours ahead of UTC: there it may be tomorrow already.
  AND contact.occurred_on > (meta.quality_now() + interval '14 hours')::date
ORDER BY contact.occurred_on DESC, contact.contact_id
