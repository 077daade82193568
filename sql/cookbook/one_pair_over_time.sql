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
WHERE wikidata_ids @> ARRAY['Q3052772', 'Q7747'] -- Emmanuel Macron, Vladimir Putin
ORDER BY occurred_on, first_reported_at;
