-- severity: error
-- means: An active contact of which no current report speaks, and none waits to be settled: it stands on nothing.
-- do: `hotline rebuild` derives contacts anew from their reports and shows the difference before it commits. If it comes
--   back, a load was cut in half: keep the rows and look at the log of the stage reconcile.
SELECT contact.contact_id, contact.mode, contact.status, contact.occurred_on, contact.updated_at
FROM core.contact
WHERE contact.state = 'active'
  -- Its article was read again, and the new reading has not been settled yet.
  AND NOT contact.unsettled
  AND NOT EXISTS (
      SELECT
      FROM core.contact_member AS member JOIN core.contact_report AS report USING (report_id)
      WHERE member.contact_id = contact.contact_id AND report.is_current
  )
ORDER BY contact.updated_at DESC, contact.contact_id
