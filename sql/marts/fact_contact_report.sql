CREATE OR REPLACE VIEW mart.fact_contact_report AS
SELECT
    report.report_id,
    member.contact_id,
    report.article_id,
    article.outlet_id,
    article.published_on,
    report.occurred_on,
    report.date_precision::text AS date_precision,
    report.mode::text AS mode,
    report.status::text AS status,
    report.duration_minutes,
    report.ordinal_count AS ordinal,
    report.historical,
    report.confidence
FROM core.contact_report AS report
JOIN core.article USING (article_id)
LEFT JOIN core.contact_member AS member USING (report_id)
WHERE report.is_current;

COMMENT ON VIEW mart.fact_contact_report IS 'Fact: what one article says of one contact, in keys and measures. mart.contact_reports has it in words.';
COMMENT ON COLUMN mart.fact_contact_report.report_id IS 'Key.';
COMMENT ON COLUMN mart.fact_contact_report.contact_id IS 'The contact (mart.contacts); null until reconciled.';
COMMENT ON COLUMN mart.fact_contact_report.article_id IS 'The article (mart.articles).';
COMMENT ON COLUMN mart.fact_contact_report.outlet_id IS 'Who says it (mart.dim_outlet).';
COMMENT ON COLUMN mart.fact_contact_report.published_on IS 'Day of publication (mart.dim_date).';
COMMENT ON COLUMN mart.fact_contact_report.occurred_on IS 'Day of the contact (mart.dim_date), as this article says; for a week or month its first day.';
COMMENT ON COLUMN mart.fact_contact_report.date_precision IS 'day, week or month.';
COMMENT ON COLUMN mart.fact_contact_report.mode IS 'How, as this article says.';
COMMENT ON COLUMN mart.fact_contact_report.status IS 'Occurred, planned and so on, as this article says.';
COMMENT ON COLUMN mart.fact_contact_report.duration_minutes IS 'How long, in minutes.';
COMMENT ON COLUMN mart.fact_contact_report.ordinal IS 'The how-maniest contact.';
COMMENT ON COLUMN mart.fact_contact_report.historical IS 'Told as history, not as news.';
COMMENT ON COLUMN mart.fact_contact_report.confidence IS 'Probability that the report is right, 0 to 1.';
