-- A row or more in every table that the first release had.
INSERT INTO core.outlet (name, family, kind, language, timezone)
VALUES ('Herald', 'herald', 'paper', 'en', 'UTC'), ('Agency', 'agency', 'agency', 'en', 'UTC');
INSERT INTO staging.feed (feed_id, outlet_id, url, failures, added_at, updated_at)
VALUES ('herald', 1, 'http://h.test/rss', 0.5, now(), now()), ('agency', 2, 'http://a.test/rss', 0, now(), now());
INSERT INTO staging.feed_poll (feed_id, polled_at, seconds, status, not_modified, entries, new_items)
VALUES ('herald', now(), 1, 200, false, 9, 2);
INSERT INTO staging.item (url_key, url_hash, url, feed_id, title, summary, stage, reason, discovered_at)
SELECT 'n.test/' || n, sha256(n::text::bytea), 'http://n.test/' || n, 'herald', 'Title', '',
    CASE WHEN n = 3 THEN 'refused' WHEN n = 4 THEN 'discovered' ELSE 'reconciled' END,
    CASE WHEN n = 3 THEN 'paywall_teaser' END, now()
FROM generate_series(1, 4) AS n;
INSERT INTO staging.sighting (item_id, feed_id, wording_hash, entry_id, title, seen_at)
VALUES (1, 'herald', sha256('1'), 'id', 'Title', now());
INSERT INTO staging.page (item_id, url, final_url, status, body, body_bytes, fetched_at)
VALUES (1, 'http://n.test/1', 'http://n.test/1', 200, 'x', 1, now());
INSERT INTO core.article (item_id, outlet_id, url, canonical_key, canonical_hash, content_hash, title, text,
    published_at, published_on, published_source, words)
SELECT n, n, 'http://n.test/' || n, 'n.test/' || n, sha256(n::text::bytea), sha256(n::text::bytea), 'Élysée calls',
    'Macron spoke with Putin.', '2022-02-12 18:00+00', '2022-02-12', 'feed', 4
FROM generate_series(1, 2) AS n;
INSERT INTO core.analysis (article_id, version, is_current) VALUES (1, 'old', false), (1, 'new', true), (2, 'new', true);
INSERT INTO core.article_topic VALUES (2, 'deescalation_talks', 0.9);
INSERT INTO core.contact_report (analysis_id, article_id, position, is_current, predecessor_id, mode, status, occurred_on,
    date_precision, reference_on, historical, confidence)
VALUES (1, 1, 0, false, NULL, 'phone', 'planned', '2022-02-12', 'day', '2022-02-12', false, 0.8),
    (2, 1, 0, true, 1, 'phone', 'occurred', '2022-02-12', 'day', '2022-02-12', false, 0.9),
    (3, 2, 0, true, NULL, 'unspecified', 'occurred', NULL, NULL, '2022-02-12', true, 0.4);
INSERT INTO core.report_participant (report_id, position, person_key, reference_on, name, country, wikidata_id, office)
SELECT report, place, id, '2022-02-12', name, country, id, 'President'
FROM generate_series(1, 3) AS report,
    (VALUES (0, 'Q3052772', 'Emmanuel Macron', 'FRA'), (1, 'Q7747', 'Vladimir Putin', 'RUS')) AS who (place, id, name, country);
INSERT INTO core.report_evidence (report_id, position, text, start_offset, end_offset)
SELECT report, 0, 'Macron spoke with Putin.', 13, 37 FROM generate_series(1, 3) AS report;
INSERT INTO core.contact (contact_id, state, merged_into, mode, status, occurred_on, date_precision, historical, confidence,
    outlets, families, created_at, updated_at)
VALUES ('0f0e0d0c-0000-4000-8000-00000000000a', 'active', NULL, 'phone', 'occurred', '2022-02-12', 'day', false, 0.9, '{Herald}', '{herald}', now(), now()),
    ('0f0e0d0c-0000-4000-8000-00000000000b', 'merged', '0f0e0d0c-0000-4000-8000-00000000000a', 'unspecified', 'occurred', NULL, NULL, true, 0.4, '{}', '{}', now(), now());
INSERT INTO core.contact_participant
SELECT '0f0e0d0c-0000-4000-8000-00000000000a', position, person_key, name, country, wikidata_id, office FROM core.report_participant WHERE report_id = 2;
INSERT INTO core.contact_member SELECT report_id, '0f0e0d0c-0000-4000-8000-00000000000a' FROM core.contact_report;
INSERT INTO core.contact_history (contact_id, kind, changes, changed_at)
VALUES ('0f0e0d0c-0000-4000-8000-00000000000a', 'new', '{}', now()), ('0f0e0d0c-0000-4000-8000-00000000000b', 'merged', '{}', now());
INSERT INTO core.outbox (contact_id, rule, recipient, subject, text, html, message_id, as_of, state, sent_at)
VALUES ('0f0e0d0c-0000-4000-8000-00000000000a', 'all', 'a@example.org', 's', 't', 'h', '<1@h>', now(), 'sent', now()),
    ('0f0e0d0c-0000-4000-8000-00000000000a', 'all', 'b@example.org', 's', 't', 'h', '<2@h>', now(), 'waiting', NULL);
INSERT INTO core.outbox_attempt (outbox_id, outcome, reply) VALUES (1, 'sent', '250 OK');
