-- severity: error
-- means: An item that is through, or past understanding, without an article or without a reading of it.
-- do: Set the item back to the queue it skipped (stage `fetched` without an article, `extracted` without a reading); if
--   there are many, a stage passes items on before it has written its results.
SELECT item.item_id, item.stage, item.url, article.article_id
FROM staging.item
LEFT JOIN core.article USING (item_id)
WHERE item.stage IN ('understood', 'reconciled')
  AND NOT EXISTS (
      SELECT FROM core.analysis WHERE analysis.article_id = article.article_id AND analysis.is_current
  )
ORDER BY item.item_id DESC
