CREATE OR REPLACE VIEW mart.article_revisions AS
SELECT
    former.article_id,
    former.revision,
    outlet.name AS outlet,
    article.url,
    former.title,
    former.new_title,
    former.difference,
    former.published_at,
    former.replaced_at
FROM core.article_revision AS former
JOIN core.article USING (article_id)
JOIN core.outlet USING (outlet_id);

COMMENT ON VIEW mart.article_revisions IS 'What articles said before they were changed: one row for each wording that another has replaced.';
COMMENT ON COLUMN mart.article_revisions.article_id IS 'The article (mart.articles).';
COMMENT ON COLUMN mart.article_revisions.revision IS 'Which of its wordings, from 1.';
COMMENT ON COLUMN mart.article_revisions.outlet IS 'Who published it.';
COMMENT ON COLUMN mart.article_revisions.url IS 'Address of the article.';
COMMENT ON COLUMN mart.article_revisions.title IS 'Title in this wording.';
COMMENT ON COLUMN mart.article_revisions.new_title IS 'The title that replaced it; null: it stayed.';
COMMENT ON COLUMN mart.article_revisions.difference IS 'From this text to the next: a unified diff, one paragraph a line.';
COMMENT ON COLUMN mart.article_revisions.published_at IS 'When it was published, as told then.';
COMMENT ON COLUMN mart.article_revisions.replaced_at IS 'When the page with the next wording was fetched.';
