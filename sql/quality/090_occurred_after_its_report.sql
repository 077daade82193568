-- severity: warn
-- means: A contact that took place more than two days after the first article that told it as a fact: its day is wrong, or
--   two contacts were taken for one.
-- do: Look at its reports; split it in review if they tell of two contacts.
SELECT contact.contact_id, contact.mode, contact.occurred_on, told.first_on, told.report_id
FROM core.contact
CROSS JOIN LATERAL (
    SELECT article.published_on AS first_on, report.report_id
    FROM core.contact_member AS member
    JOIN core.contact_report AS report USING (report_id)
    JOIN core.article USING (article_id)
    WHERE member.contact_id = contact.contact_id AND report.is_current AND report.status IN ('occurred', 'ongoing')
    ORDER BY article.published_on, report.report_id
    LIMIT 1
) AS told
WHERE contact.state = 'active'
  AND contact.status IN ('occurred', 'ongoing')
  AND contact.date_precision = 'day'
  AND contact.occurred_on > told.first_on + 2
ORDER BY told.first_on DESC, contact.contact_id
