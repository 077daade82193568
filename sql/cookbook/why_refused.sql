-- Why articles were not taken, by reason, with the latest example of each.
SELECT
    reason,
    sum(items) AS items,
    array_agg(DISTINCT outlet) AS outlets,
    (array_agg(latest_url ORDER BY latest_at DESC))[1] AS example,
    (array_agg(latest_detail ORDER BY latest_at DESC))[1] AS detail
FROM mart.refusals
GROUP BY reason
ORDER BY items DESC, reason;
