CREATE OR REPLACE VIEW mart.contact_reports AS
SELECT
    report.report_id,
    member.contact_id,
    report.article_id,
    outlet.name AS outlet,
    outlet.family,
    article.title,
    article.url,
    article.published_at,
    article.published_on,
    people.participants,
    report.mode::text AS mode,
    report.status::text AS status,
    report.occurred_on,
    report.date_precision::text AS date_precision,
    report.duration_minutes,
    report.location,
    report.initiator,
    report.ordinal_count AS ordinal,
    report.ordinal_window,
    report.historical,
    report.topics,
    report.attribution,
    report.confidence,
    evidence.evidence,
    evidence.evidence_spans,
    analysis.version
FROM core.contact_report AS report
JOIN core.analysis USING (analysis_id)
JOIN core.article ON article.article_id = report.article_id
JOIN core.outlet USING (outlet_id)
LEFT JOIN core.contact_member AS member USING (report_id)
CROSS JOIN LATERAL (
    SELECT string_agg(name || ' (' || country || ')', ', ' ORDER BY name COLLATE "C", country COLLATE "C") AS participants
    FROM core.report_participant
    WHERE report_participant.report_id = report.report_id
) AS people
CROSS JOIN LATERAL (
    SELECT
        string_agg(text, ' … ' ORDER BY position) AS evidence,
        jsonb_agg(
            jsonb_build_object('text', text, 'start', start_offset, 'end', end_offset) ORDER BY position
        ) AS evidence_spans
    FROM core.report_evidence
    WHERE report_evidence.report_id = report.report_id
) AS evidence
WHERE report.is_current;

COMMENT ON VIEW mart.contact_reports IS 'What single articles say of contacts: one row for each article and contact, with the sentences it rests on.';
COMMENT ON COLUMN mart.contact_reports.report_id IS 'Key.';
COMMENT ON COLUMN mart.contact_reports.contact_id IS 'The contact it is about (mart.contacts); null until reconciled.';
COMMENT ON COLUMN mart.contact_reports.article_id IS 'The article (mart.articles).';
COMMENT ON COLUMN mart.contact_reports.outlet IS 'Who published it.';
COMMENT ON COLUMN mart.contact_reports.family IS 'The outlet''s family: owner or source group.';
COMMENT ON COLUMN mart.contact_reports.title IS 'Title of the article.';
COMMENT ON COLUMN mart.contact_reports.url IS 'Address of the article.';
COMMENT ON COLUMN mart.contact_reports.published_at IS 'When the article was published; null when only the day is known.';
COMMENT ON COLUMN mart.contact_reports.published_on IS 'The day, in the outlet''s time zone.';
COMMENT ON COLUMN mart.contact_reports.participants IS 'Who, sorted by name.';
COMMENT ON COLUMN mart.contact_reports.mode IS 'How, as this article says.';
COMMENT ON COLUMN mart.contact_reports.status IS 'Occurred, planned and so on, as this article says.';
COMMENT ON COLUMN mart.contact_reports.occurred_on IS 'Day of the contact, as this article says.';
COMMENT ON COLUMN mart.contact_reports.date_precision IS 'day, week or month.';
COMMENT ON COLUMN mart.contact_reports.duration_minutes IS 'How long, in minutes, as this article says.';
COMMENT ON COLUMN mart.contact_reports.location IS 'Where, as this article says.';
COMMENT ON COLUMN mart.contact_reports.initiator IS 'Who sought it, as this article says.';
COMMENT ON COLUMN mart.contact_reports.ordinal IS 'The how-maniest contact, as this article says.';
COMMENT ON COLUMN mart.contact_reports.ordinal_window IS 'The time in which ordinal counts, as worded.';
COMMENT ON COLUMN mart.contact_reports.historical IS 'Told as history, not as news.';
COMMENT ON COLUMN mart.contact_reports.topics IS 'Topic ids.';
COMMENT ON COLUMN mart.contact_reports.attribution IS 'Whom the article names as its source.';
COMMENT ON COLUMN mart.contact_reports.confidence IS 'Probability that the report is right, 0 to 1.';
COMMENT ON COLUMN mart.contact_reports.evidence IS 'The sentences it rests on, in the article''s words.';
COMMENT ON COLUMN mart.contact_reports.evidence_spans IS 'The same as JSON, with start and end in title, line feed, text (characters, from 0).';
COMMENT ON COLUMN mart.contact_reports.version IS 'Version of models and rules that found it.';
