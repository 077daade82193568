-- severity: error
-- means: A report whose article is through, but which is part of no active contact, though nobody rejected it: a contact
--   is lost to analysts and to the mails.
-- do: `hotline rebuild` settles all reports anew. Reports of people whose contact was rejected in review are left out here.
SELECT report.report_id, report.article_id, report.mode, report.status, report.reference_on, member.contact_id, contact.state
FROM core.contact_report AS report
JOIN core.article USING (article_id)
JOIN staging.item USING (item_id)
LEFT JOIN core.contact_member AS member USING (report_id)
LEFT JOIN core.contact USING (contact_id)
WHERE report.is_current
  AND item.stage = 'reconciled'
  AND contact.state IS DISTINCT FROM 'active'
  AND NOT EXISTS (
      SELECT
      FROM core.review_action AS action
      JOIN core.review_subject USING (action_id)
      JOIN core.review_key AS named USING (key_id)
      WHERE action.kind = 'reject'
        AND NOT EXISTS (SELECT FROM core.review_action AS undo WHERE undo.undoes = action.action_id)
        AND named.people && ARRAY(
            SELECT person_key FROM core.report_participant AS person WHERE person.report_id = report.report_id)
  )
ORDER BY report.report_id DESC
