CREATE OR REPLACE VIEW mart.data_quality AS
SELECT
    'article_without_day' AS check_name,
    'warning' AS severity,
    'Articles whose day of publication was not found.' AS words,
    found.rows,
    (SELECT count(*) FROM core.article)::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(url) AS example
    FROM core.article WHERE published_on IS NULL
) AS found
UNION ALL
SELECT
    'article_from_the_future' AS check_name,
    'error' AS severity,
    'Articles dated later than tomorrow, by the database''s clock.' AS words,
    found.rows,
    (SELECT count(*) FROM core.article)::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(url) AS example
    FROM core.article WHERE published_on > current_date + 1
) AS found
UNION ALL
SELECT
    'item_stuck' AS check_name,
    'error' AS severity,
    'Items that have waited in their queue for more than a day, by the database''s clock.' AS words,
    found.rows,
    (SELECT count(*) FROM staging.item WHERE stage NOT IN ('reconciled', 'refused'))::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(url) AS example
    FROM staging.item WHERE stage NOT IN ('reconciled', 'refused') AND stage_at < now() - interval '1 day'
) AS found
UNION ALL
SELECT
    'item_given_up' AS check_name,
    'error' AS severity,
    'Items that failed on our side until they were given up.' AS words,
    found.rows,
    (SELECT count(*) FROM staging.item WHERE stage = 'refused')::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(url) AS example
    FROM staging.item WHERE stage = 'refused' AND reason IN ('retries_exhausted', 'internal_error')
) AS found
UNION ALL
SELECT
    'feed_dead' AS check_name,
    'warning' AS severity,
    'Feeds in use that have failed for long.' AS words,
    found.rows,
    (SELECT count(*) FROM staging.feed WHERE active)::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(feed_id) AS example
    FROM staging.feed WHERE active AND failures >= 3
) AS found
UNION ALL
SELECT
    'report_without_contact' AS check_name,
    'error' AS severity,
    'Reports that were reconciled and belong to no contact.' AS words,
    found.rows,
    (SELECT count(*) FROM core.contact_report WHERE is_current)::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(report_id)::text AS example
    FROM core.contact_report AS report
    JOIN core.article USING (article_id)
    JOIN staging.item USING (item_id)
    WHERE report.is_current AND item.stage = 'reconciled'
        AND NOT EXISTS (SELECT FROM core.contact_member AS member WHERE member.report_id = report.report_id)
) AS found
UNION ALL
SELECT
    'evidence_not_in_text' AS check_name,
    'error' AS severity,
    'Sentences that do not stand at their place in the article; of the newest 1,000.' AS words,
    found.rows,
    (SELECT least(count(*), 1000) FROM core.report_evidence)::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(report_id)::text AS example
    FROM (SELECT * FROM core.report_evidence ORDER BY report_id DESC, position LIMIT 1000) AS evidence
    JOIN core.contact_report AS report USING (report_id)
    JOIN core.analysis USING (analysis_id)
    JOIN core.article ON article.article_id = report.article_id AND article.revision = analysis.revision
    WHERE substr(article.title || E'\n' || article.text, evidence.start_offset + 1, length(evidence.text))
        <> evidence.text
) AS found
UNION ALL
SELECT
    'contact_without_day' AS check_name,
    'info' AS severity,
    'Contacts whose day is not known.' AS words,
    found.rows,
    (SELECT count(*) FROM core.contact WHERE state = 'active')::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(contact_id::text) AS example
    FROM core.contact WHERE state = 'active' AND occurred_on IS NULL
) AS found
UNION ALL
SELECT
    'contact_of_one_family' AS check_name,
    'info' AS severity,
    'Contacts that only one family of outlets reports.' AS words,
    found.rows,
    (SELECT count(*) FROM core.contact WHERE state = 'active')::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(contact_id::text) AS example
    FROM core.contact WHERE state = 'active' AND cardinality(families) < 2
) AS found
UNION ALL
SELECT
    'contact_without_people' AS check_name,
    'error' AS severity,
    'Contacts without a participant.' AS words,
    found.rows,
    (SELECT count(*) FROM core.contact WHERE state = 'active')::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(contact_id::text) AS example
    FROM core.contact
    WHERE state = 'active' AND NOT EXISTS (
        SELECT FROM core.contact_participant AS person WHERE person.contact_id = contact.contact_id
    )
) AS found
UNION ALL
SELECT
    'contact_told_before_its_day' AS check_name,
    'warning' AS severity,
    'Contacts that are said to have taken place, on a day after their latest report.' AS words,
    found.rows,
    (SELECT count(*) FROM core.contact WHERE state = 'active' AND status = 'occurred')::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(contact_id::text) AS example
    FROM core.contact
    WHERE state = 'active' AND status = 'occurred' AND date_precision = 'day'
        -- A day, because theirs may have begun before ours.
        AND occurred_on > (last_reported_at AT TIME ZONE 'UTC')::date + 1
) AS found
UNION ALL
SELECT
    'contact_overlong' AS check_name,
    'warning' AS severity,
    'Contacts of more than ten hours.' AS words,
    found.rows,
    (SELECT count(*) FROM core.contact WHERE state = 'active' AND duration_minutes IS NOT NULL)::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(contact_id::text) AS example
    FROM core.contact WHERE state = 'active' AND duration_minutes > 600
) AS found
UNION ALL
SELECT
    'participant_unknown' AS check_name,
    'warning' AS severity,
    'Participants of contacts whom the registry does not know.' AS words,
    found.rows,
    (SELECT count(*) FROM core.contact_participant)::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(person.name) AS example
    FROM core.contact_participant AS person
    JOIN core.contact USING (contact_id)
    WHERE contact.state = 'active'
        AND NOT EXISTS (SELECT FROM core.leader WHERE leader.leader_id = person.person_key)
) AS found
UNION ALL
SELECT
    'participant_not_in_office' AS check_name,
    'warning' AS severity,
    'Participants of contacts of a known day who led nothing on it, by the registry.' AS words,
    found.rows,
    (SELECT count(*) FROM core.contact_participant)::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(person.name || ' ' || contact.occurred_on) AS example
    FROM core.contact_participant AS person
    JOIN core.contact USING (contact_id)
    JOIN core.leader ON leader.leader_id = person.person_key
    WHERE contact.state = 'active' AND contact.date_precision = 'day'
        AND NOT EXISTS (
            SELECT FROM core.office_term AS term
            WHERE term.leader_id = person.person_key AND term.role = 'leader'
                AND coalesce(term.valid_from, '-infinity') <= contact.occurred_on
                AND coalesce(term.valid_to, 'infinity') >= contact.occurred_on
        )
) AS found
UNION ALL
SELECT
    'mail_failed' AS check_name,
    'error' AS severity,
    'Mails that failed for good.' AS words,
    found.rows,
    (SELECT count(*) FROM core.outbox)::bigint AS of,
    found.example
FROM (
    SELECT count(*) AS rows, min(subject) AS example
    FROM core.outbox WHERE state = 'failed'
) AS found;

COMMENT ON VIEW mart.data_quality IS 'How good the data are: one row for each check, with how many rows fail it, of how many, and one of them.';
COMMENT ON COLUMN mart.data_quality.check_name IS 'Name of the check.';
COMMENT ON COLUMN mart.data_quality.severity IS 'error: something is broken; warning: to be looked at; info: as the news is.';
COMMENT ON COLUMN mart.data_quality.words IS 'What is counted.';
COMMENT ON COLUMN mart.data_quality.rows IS 'How many rows fail.';
COMMENT ON COLUMN mart.data_quality.of IS 'Of how many.';
COMMENT ON COLUMN mart.data_quality.example IS 'One of them: an address, a key or a name.';
