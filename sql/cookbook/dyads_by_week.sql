-- How often each pair of leaders was in contact, week by week. Summits count for every pair that took part.
SELECT
    date_trunc('week', occurred_on)::date AS week,
    one.name AS leader,
    other.name AS counterpart,
    count(*) AS contacts,
    sum(duration_minutes) AS minutes
FROM mart.contacts
CROSS JOIN LATERAL unnest(names) WITH ORDINALITY AS one (name, place)
CROSS JOIN LATERAL unnest(names) WITH ORDINALITY AS other (name, place)
WHERE one.place < other.place AND status = 'occurred' AND NOT historical AND occurred_on IS NOT NULL
GROUP BY week, leader, counterpart
ORDER BY week DESC, contacts DESC, leader, counterpart;
