-- Who was in contact most, with whom, and by which means.
SELECT
    leader,
    count(*) AS contacts,
    count(*) FILTER (WHERE mode = 'phone') AS calls,
    count(*) FILTER (WHERE mode IN ('in_person', 'visit', 'multilateral')) AS meetings,
    sum(duration_minutes) AS minutes,
    max(occurred_on) AS latest
FROM mart.contacts
CROSS JOIN LATERAL unnest(names) AS leader
WHERE status IN ('occurred', 'ongoing') AND NOT historical
GROUP BY leader
ORDER BY contacts DESC, leader;
