-- Contacts of one leader in each of the latest 26 weeks, the weeks without one too. Change the Wikidata id.
WITH newest AS (
    SELECT occurred_on AS day FROM mart.contacts
    WHERE status = 'occurred' AND occurred_on IS NOT NULL ORDER BY occurred_on DESC LIMIT 1
)
SELECT dim_date.week_start AS week, count(contacts.contact_id) AS contacts, sum(contacts.duration_minutes) AS minutes
FROM mart.dim_date
LEFT JOIN mart.bridge_participant AS bridge
    ON bridge.day = dim_date.day AND bridge.leader_id = 'Q7747' -- Vladimir Putin
LEFT JOIN mart.contacts
    ON contacts.contact_id = bridge.contact_id AND contacts.status IN ('occurred', 'ongoing') AND NOT contacts.historical
WHERE dim_date.day BETWEEN (SELECT day - 181 FROM newest) AND (SELECT day FROM newest)
GROUP BY week
ORDER BY week DESC;
