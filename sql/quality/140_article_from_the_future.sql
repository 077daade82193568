-- severity: warn
-- means: An article that says it was published more than a day from now: relative dates in it resolve wrongly.
-- do: Look at published_source in mart.articles: whose date is it? An outlet that announces events with their date as the
--   article's needs another source of dates, or is no news.
SELECT article.article_id, outlet.name AS outlet, article.url, article.published_on, article.published_source
FROM core.article
JOIN core.outlet USING (outlet_id)
WHERE article.published_on > (meta.quality_now() + interval '1 day')::date
ORDER BY article.published_on DESC, article.article_id
