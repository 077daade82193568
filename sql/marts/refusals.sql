CREATE OR REPLACE VIEW mart.refusals AS
SELECT
    counted.reason::text AS reason,
    outlet.name AS outlet,
    counted.feed_id,
    counted.items,
    latest.stage_at AS latest_at,
    latest.url AS latest_url,
    latest.detail AS latest_detail
FROM (
    SELECT item.reason, item.feed_id, count(*)::integer AS items
    FROM staging.item
    WHERE item.stage = 'refused'
    GROUP BY item.reason, item.feed_id
) AS counted
JOIN staging.feed USING (feed_id)
JOIN core.outlet USING (outlet_id)
CROSS JOIN LATERAL (
    SELECT item.stage_at, item.url, item.detail
    FROM staging.item
    WHERE item.stage = 'refused' AND item.reason = counted.reason AND item.feed_id = counted.feed_id
    ORDER BY item.stage_at DESC, item.item_id DESC
    LIMIT 1
) AS latest;

COMMENT ON VIEW mart.refusals IS 'What was not taken, counted by reason and feed, with the latest example.';
COMMENT ON COLUMN mart.refusals.reason IS 'Why.';
COMMENT ON COLUMN mart.refusals.outlet IS 'Whose articles.';
COMMENT ON COLUMN mart.refusals.feed_id IS 'From which feed.';
COMMENT ON COLUMN mart.refusals.items IS 'How many.';
COMMENT ON COLUMN mart.refusals.latest_at IS 'When the latest was refused.';
COMMENT ON COLUMN mart.refusals.latest_url IS 'Address of the latest.';
COMMENT ON COLUMN mart.refusals.latest_detail IS 'Its refusal in words.';
