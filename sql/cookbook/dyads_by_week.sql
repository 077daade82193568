-- How often each pair of leaders was in contact, week by week, in the latest half year. Summits count for every pair.
WITH newest AS (
    SELECT occurred_on AS day FROM mart.contacts
    WHERE status = 'occurred' AND occurred_on IS NOT NULL ORDER BY occurred_on DESC LIMIT 1
)
SELECT week, leader, counterpart, contacts, calls, meetings, multilateral, minutes
FROM mart.dyads_weekly
WHERE week BETWEEN (SELECT day - 182 FROM newest) AND (SELECT day FROM newest)
ORDER BY week DESC, contacts DESC, leader, counterpart;
