CREATE OR REPLACE VIEW mart.reporting_lag AS
SELECT
    contact.contact_id,
    contact.occurred_on,
    contact.mode::text AS mode,
    first_report.published_at AS first_report_at,
    first_report.outlet AS first_outlet,
    first_report.family AS first_family,
    (first_report.published_at AT TIME ZONE 'UTC')::date - contact.occurred_on AS lag_days,
    second_report.published_at AS corroborated_at,
    second_report.outlet AS corroborated_by,
    extract(epoch FROM second_report.published_at - first_report.published_at) / 3600.0 AS corroborated_after_hours,
    told.reports,
    told.families
FROM core.contact
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS reports, count(DISTINCT outlet.family)::integer AS families
    FROM core.contact_member AS member
    JOIN core.contact_report AS report ON report.report_id = member.report_id AND report.is_current
    JOIN core.article ON article.article_id = report.article_id
    JOIN core.outlet USING (outlet_id)
    WHERE member.contact_id = contact.contact_id AND report.status IN ('occurred', 'ongoing')
) AS told
CROSS JOIN LATERAL (
    SELECT article.published_at, outlet.name AS outlet, outlet.family
    FROM core.contact_member AS member
    JOIN core.contact_report AS report ON report.report_id = member.report_id AND report.is_current
    JOIN core.article ON article.article_id = report.article_id
    JOIN core.outlet USING (outlet_id)
    WHERE member.contact_id = contact.contact_id
        AND report.status IN ('occurred', 'ongoing')
        AND article.published_at IS NOT NULL
    ORDER BY article.published_at, report.report_id
    LIMIT 1
) AS first_report
LEFT JOIN LATERAL (
    SELECT article.published_at, outlet.name AS outlet
    FROM core.contact_member AS member
    JOIN core.contact_report AS report ON report.report_id = member.report_id AND report.is_current
    JOIN core.article ON article.article_id = report.article_id
    JOIN core.outlet USING (outlet_id)
    WHERE member.contact_id = contact.contact_id
        AND report.status IN ('occurred', 'ongoing')
        AND article.published_at IS NOT NULL
        AND outlet.family <> first_report.family
    ORDER BY article.published_at, report.report_id
    LIMIT 1
) AS second_report ON true
WHERE contact.state = 'active'
    AND contact.status IN ('occurred', 'ongoing')
    AND NOT contact.historical
    AND contact.date_precision = 'day';

COMMENT ON VIEW mart.reporting_lag IS 'How long news took: from the day of a contact to its first report, and from that to the first report of an independent family. Only contacts that took place on a known day and were told as news.';
COMMENT ON COLUMN mart.reporting_lag.contact_id IS 'The contact (mart.contacts).';
COMMENT ON COLUMN mart.reporting_lag.occurred_on IS 'Its day.';
COMMENT ON COLUMN mart.reporting_lag.mode IS 'How it was held.';
COMMENT ON COLUMN mart.reporting_lag.first_report_at IS 'Publication of the first report that it took place, where its time is known.';
COMMENT ON COLUMN mart.reporting_lag.first_outlet IS 'Who had it.';
COMMENT ON COLUMN mart.reporting_lag.first_family IS 'The outlet''s family.';
COMMENT ON COLUMN mart.reporting_lag.lag_days IS 'Days from the contact to that report''s day in UTC; 0 the same day, -1 where the day began earlier there.';
COMMENT ON COLUMN mart.reporting_lag.corroborated_at IS 'Publication of the first report by another family; null: none yet.';
COMMENT ON COLUMN mart.reporting_lag.corroborated_by IS 'Who had it.';
COMMENT ON COLUMN mart.reporting_lag.corroborated_after_hours IS 'Hours between the two.';
COMMENT ON COLUMN mart.reporting_lag.reports IS 'Reports that it took place.';
COMMENT ON COLUMN mart.reporting_lag.families IS 'Independent families among them.';
