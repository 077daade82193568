-- Everything known of one pair of leaders, in order, with the days between. Change the two Wikidata ids.
SELECT
    occurred_on,
    occurred_on - lag(occurred_on) OVER (ORDER BY occurred_on, first_reported_at) AS days_since_last,
    mode,
    status,
    duration_minutes,
    location,
    attribution
FROM mart.contacts
WHERE contact_id IN (SELECT contact_id FROM mart.bridge_participant WHERE leader_id = 'Q3052772') -- Emmanuel Macron
  AND contact_id IN (SELECT contact_id FROM mart.bridge_participant WHERE leader_id = 'Q7747') -- Vladimir Putin
ORDER BY occurred_on, first_reported_at;
