CREATE OR REPLACE VIEW mart.articles AS
SELECT
    item.item_id,
    article.article_id,
    outlet.name AS outlet,
    outlet.family,
    item.feed_id,
    coalesce(article.title, item.title) AS title,
    coalesce(article.url, item.url) AS url,
    coalesce(article.published_at, item.published) AS published_at,
    article.published_on,
    article.published_source,
    article.byline,
    article.language,
    article.words,
    item.stage::text AS stage,
    item.reason::text AS reason,
    item.detail,
    reading.topics,
    reading.contact_reports,
    item.discovered_at,
    article.extracted_at,
    reading.version,
    article.revision,
    article.revised_at,
    article.updated_at,
    article.section,
    article.dateline,
    article.wire,
    article.image,
    article.wire_family
FROM staging.item
JOIN staging.feed USING (feed_id)
JOIN core.outlet USING (outlet_id)
LEFT JOIN core.article USING (item_id)
LEFT JOIN LATERAL (
    SELECT
        analysis.version,
        ARRAY(
            SELECT topic FROM core.article_topic
            WHERE article_topic.analysis_id = analysis.analysis_id ORDER BY score DESC, topic
        ) AS topics,
        (SELECT count(*)::integer FROM core.contact_report WHERE contact_report.analysis_id = analysis.analysis_id)
            AS contact_reports
    FROM core.analysis
    WHERE analysis.article_id = article.article_id AND analysis.is_current
) AS reading ON true;

COMMENT ON VIEW mart.articles IS 'Every article that a feed told of: read ones with topics, waiting ones with their stage, refused ones with the reason.';
COMMENT ON COLUMN mart.articles.item_id IS 'Key.';
COMMENT ON COLUMN mart.articles.article_id IS 'Key of the extracted article; null if none was.';
COMMENT ON COLUMN mart.articles.outlet IS 'Who published it.';
COMMENT ON COLUMN mart.articles.family IS 'The outlet''s family: owner or source group.';
COMMENT ON COLUMN mart.articles.feed_id IS 'The feed that told of it first.';
COMMENT ON COLUMN mart.articles.title IS 'Title on the page, or in the feed while it was not read.';
COMMENT ON COLUMN mart.articles.url IS 'Address.';
COMMENT ON COLUMN mart.articles.published_at IS 'When it was published; null when only the day, or nothing, is known.';
COMMENT ON COLUMN mart.articles.published_on IS 'The day, in the outlet''s time zone.';
COMMENT ON COLUMN mart.articles.published_source IS 'Where that time was found.';
COMMENT ON COLUMN mart.articles.byline IS 'Author or agency as printed.';
COMMENT ON COLUMN mart.articles.language IS 'Language, ISO 639-1.';
COMMENT ON COLUMN mart.articles.words IS 'Length in words.';
COMMENT ON COLUMN mart.articles.stage IS 'How far it came: discovered, fetched, extracted, understood, reconciled (through), or refused.';
COMMENT ON COLUMN mart.articles.reason IS 'Why it was refused.';
COMMENT ON COLUMN mart.articles.detail IS 'The refusal, or the last failed try, in words.';
COMMENT ON COLUMN mart.articles.topics IS 'Topic ids, the surest first.';
COMMENT ON COLUMN mart.articles.contact_reports IS 'How many contacts it tells of.';
COMMENT ON COLUMN mart.articles.discovered_at IS 'When a feed first told of it.';
COMMENT ON COLUMN mart.articles.extracted_at IS 'When its text was extracted.';
COMMENT ON COLUMN mart.articles.version IS 'Version of models and rules that read it.';
COMMENT ON COLUMN mart.articles.revision IS 'How many wordings it has had, from 1 (mart.article_revisions has the former ones).';
COMMENT ON COLUMN mart.articles.revised_at IS 'When the page of the present wording was fetched; null for the first.';
COMMENT ON COLUMN mart.articles.updated_at IS 'When the outlet says that it last changed it.';
COMMENT ON COLUMN mart.articles.section IS 'Section of the outlet, as the page names it.';
COMMENT ON COLUMN mart.articles.dateline IS 'The place that the text opens with ("MOSCOW").';
COMMENT ON COLUMN mart.articles.wire IS 'The agency that the article names as its origin ("Reuters").';
COMMENT ON COLUMN mart.articles.wire_family IS 'Articles with this number print one text, an agency''s most often; null: no copy is known.';
COMMENT ON COLUMN mart.articles.image IS 'Address of the lead image.';
