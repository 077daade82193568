CREATE OR REPLACE VIEW mart.refusals AS
SELECT
    item.reason::text AS reason,
    outlet.name AS outlet,
    item.feed_id,
    count(*)::integer AS items,
    max(item.stage_at) AS latest_at,
    (array_agg(item.url ORDER BY item.item_id DESC))[1] AS latest_url,
    (array_agg(item.detail ORDER BY item.item_id DESC))[1] AS latest_detail
FROM staging.item
JOIN staging.feed USING (feed_id)
JOIN core.outlet USING (outlet_id)
WHERE item.stage = 'refused'
GROUP BY item.reason, outlet.name, item.feed_id;

COMMENT ON VIEW mart.refusals IS 'What was not taken, counted by reason and feed, with the latest example.';
COMMENT ON COLUMN mart.refusals.reason IS 'Why.';
COMMENT ON COLUMN mart.refusals.outlet IS 'Whose articles.';
COMMENT ON COLUMN mart.refusals.feed_id IS 'From which feed.';
COMMENT ON COLUMN mart.refusals.items IS 'How many.';
COMMENT ON COLUMN mart.refusals.latest_at IS 'When the latest was refused.';
COMMENT ON COLUMN mart.refusals.latest_url IS 'Address of the latest.';
COMMENT ON COLUMN mart.refusals.latest_detail IS 'Its refusal in words.';
