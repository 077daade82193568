-- severity: warn
-- means: A feed that answered at least five times over a day or more, and never told of anything that was new to us.
-- do: It is a copy of another feed of ours, it is dead and still answers, or its entries have no links: `hotline feeds`.
SELECT
    feed.feed_id, outlet.name AS outlet, feed.url, count(*) AS good_polls, max(poll.entries) AS most_entries,
    min(poll.polled_at) AS first_polled_at, max(poll.polled_at) AS last_polled_at
FROM staging.feed
JOIN core.outlet USING (outlet_id)
JOIN staging.feed_poll AS poll USING (feed_id)
WHERE feed.active AND poll.reason IS NULL
  AND NOT EXISTS (SELECT FROM staging.item WHERE item.feed_id = feed.feed_id)
GROUP BY feed.feed_id, outlet.name
HAVING count(*) >= 5
   AND sum(poll.new_items) = 0
   AND max(poll.polled_at) - min(poll.polled_at) >= interval '1 day'
ORDER BY feed.feed_id
