-- severity: warn
-- means: Items that have waited in a queue for more than 24 hours: the stage behind it does not run, or not often enough.
-- do: `hotline doctor`, and the log of that stage. Refused items are not meant: those have a reason (mart.refusals).
SELECT
    item.stage AS passed_last, count(*) AS items, min(item.stage_at) AS waiting_since, max(item.attempts) AS most_attempts,
    (array_agg(item.item_id ORDER BY item.stage_at, item.item_id))[1:10] AS first_item_ids
FROM staging.item
WHERE item.stage NOT IN ('reconciled', 'refused')
  AND item.stage_at < now() - interval '24 hours'
GROUP BY item.stage
ORDER BY waiting_since
