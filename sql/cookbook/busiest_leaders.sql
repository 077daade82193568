-- Who was in contact most, and by which means, with the latest day of each.
SELECT
    leader,
    sum(contacts) AS contacts,
    sum(calls) AS calls,
    sum(meetings + multilateral) AS meetings,
    sum(initiated) AS initiated,
    sum(minutes) AS minutes,
    max(last_on) AS latest
FROM mart.leader_activity
GROUP BY leader_id, leader
ORDER BY contacts DESC, leader;
