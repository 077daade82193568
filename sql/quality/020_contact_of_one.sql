-- severity: error
-- means: An active contact with fewer than two people. Only a visit may have one: the leader who travels, and a place.
-- do: Look at its sentences (mart.contact_reports) and reject it in review if it is none. Many such contacts mean that
--   participants are lost on their way into the warehouse.
SELECT contact.contact_id, contact.mode, contact.status, contact.occurred_on, contact.location, people.names
FROM core.contact
CROSS JOIN LATERAL (
    SELECT count(*) AS number, array_agg(name ORDER BY name) AS names
    FROM core.contact_participant AS person WHERE person.contact_id = contact.contact_id
) AS people
WHERE contact.state = 'active'
  AND people.number < 2
  AND NOT (people.number = 1 AND contact.mode = 'visit' AND contact.location IS NOT NULL)
ORDER BY contact.updated_at DESC, contact.contact_id
