-- Feeds that need a hand: failing, dead, silent, or readable only around their faults.
SELECT feed_id, outlet, health, failures, last_reason, last_detail, last_success_at, url
FROM mart.feed_health
WHERE health IN ('faulty', 'silent', 'failing', 'dead')
ORDER BY failures DESC, feed_id;
