CREATE OR REPLACE VIEW mart.contact_timeline AS
SELECT
    member.contact_id,
    coalesce(article.published_at, article.published_on::timestamp AT TIME ZONE outlet.timezone, article.extracted_at) AS at,
    'report' AS event,
    outlet.name AS outlet,
    report.status::text AS status,
    article.title AS words,
    report.report_id
FROM core.contact_member AS member
JOIN core.contact_report AS report USING (report_id)
JOIN core.article ON article.article_id = report.article_id
JOIN core.outlet USING (outlet_id)
WHERE report.is_current
UNION ALL
SELECT
    history.contact_id,
    history.changed_at,
    history.kind,
    NULL,
    history.changes -> 'status' ->> 1,
    (SELECT string_agg(change.key || ': ' || coalesce(change.value ->> 0, '-') || ' -> ' || coalesce(change.value ->> 1, '-'),
            '; ' ORDER BY change.key)
     FROM jsonb_each(history.changes) AS change WHERE jsonb_typeof(change.value) = 'array'),
    NULL
FROM core.contact_history AS history
UNION ALL
SELECT message.contact_id, message.sent_at, 'alert', NULL, NULL, message.subject, NULL
FROM core.outbox AS message
WHERE message.state = 'sent' AND message.contact_id IS NOT NULL;

COMMENT ON VIEW mart.contact_timeline IS 'The life of each contact, step by step: what was told when, by whom, what it changed, and which mails left.';
COMMENT ON COLUMN mart.contact_timeline.contact_id IS 'The contact (mart.contacts; merged and withdrawn ones too).';
COMMENT ON COLUMN mart.contact_timeline.at IS 'When: publication of the report (its day''s beginning where only that is known), the change, or the mail.';
COMMENT ON COLUMN mart.contact_timeline.event IS 'report; new, changed, merged, withdrawn: a change of the contact; alert: a mail left.';
COMMENT ON COLUMN mart.contact_timeline.outlet IS 'Who reported.';
COMMENT ON COLUMN mart.contact_timeline.status IS 'The status that the report or the change says.';
COMMENT ON COLUMN mart.contact_timeline.words IS 'Title of the article, the fields changed (before -> after), or the mail''s subject.';
COMMENT ON COLUMN mart.contact_timeline.report_id IS 'The report (mart.contact_reports), if it is one.';
