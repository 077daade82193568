-- severity: warn
-- means: Two contacts of the same people, on the same day, by the same mode. That can be right (two calls on one day); more
--   often one event was told in two ways that were not recognised.
-- do: Compare their sentences; merge them in review if they are one. Contacts that a person split are left out.
SELECT
    contact.occurred_on, contact.mode, people.names, count(*) AS contacts,
    array_agg(contact.contact_id ORDER BY contact.contact_id) AS contact_ids,
    array_agg(contact.duration_minutes ORDER BY contact.contact_id) AS minutes
FROM core.contact
CROSS JOIN LATERAL (
    SELECT array_agg(person_key ORDER BY person_key) AS keys, array_agg(name ORDER BY person_key) AS names
    FROM core.contact_participant AS person WHERE person.contact_id = contact.contact_id
) AS people
WHERE contact.state = 'active'
  AND contact.status IN ('occurred', 'ongoing')
  AND contact.date_precision = 'day'
  AND NOT EXISTS (
      SELECT
      FROM core.contact_member AS member
      JOIN core.review_key AS named USING (report_id)
      JOIN core.review_subject USING (key_id)
      JOIN core.review_action AS action USING (action_id)
      WHERE member.contact_id = contact.contact_id
        AND action.kind = 'split'
        AND NOT EXISTS (SELECT FROM core.review_action AS undo WHERE undo.undoes = action.action_id)
  )
GROUP BY contact.occurred_on, contact.mode, people.keys, people.names
HAVING count(*) > 1
ORDER BY contact.occurred_on DESC, contact.mode, people.names
