-- severity: warn
-- means: Items that were given up within the last week, after tries that failed on our side and not the web's.
-- do: `detail` has the error. When it is mended, set the items back to the queue they were in, or wait for the next report
--   of the event.
SELECT item.reason, count(*) AS items, max(item.stage_at) AS last_at,
       (array_agg(item.item_id ORDER BY item.stage_at DESC))[1:10] AS last_item_ids,
       (array_agg(item.detail ORDER BY item.stage_at DESC))[1] AS detail
FROM staging.item
WHERE item.stage = 'refused'
  AND item.reason IN ('retries_exhausted', 'internal_error')
  AND item.stage_at > now() - interval '7 days'
GROUP BY item.reason
ORDER BY item.reason
