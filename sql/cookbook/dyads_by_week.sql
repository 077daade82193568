-- How often each pair of leaders was in contact, week by week, the latest first. Summits count for every pair.
SELECT week, leader, counterpart, contacts, calls, meetings, multilateral, minutes
FROM mart.dyads_weekly
ORDER BY week DESC, contacts DESC, leader, counterpart
LIMIT 1000;
