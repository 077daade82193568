-- Schemas and closed vocabularies. The words are those of pipeline/domain.py; a test holds the two together.
-- Domains rather than enum types: a word can be added or dropped by a later migration inside a transaction.

CREATE SCHEMA IF NOT EXISTS staging;
CREATE SCHEMA IF NOT EXISTS core;
CREATE SCHEMA IF NOT EXISTS mart;
COMMENT ON SCHEMA staging IS 'The working queues: feeds, their polls, the items they told of, and fetched pages.';
COMMENT ON SCHEMA core IS 'The warehouse proper: outlets, articles, contact reports, contacts, and the outbox of alerts.';
COMMENT ON SCHEMA mart IS 'Views for analysts. The only schema that the role hotline_analyst may read.';

CREATE DOMAIN core.mode AS text
    CONSTRAINT mode_words CHECK (VALUE IN (
        'phone', 'video', 'in_person', 'visit', 'multilateral', 'letter', 'unspecified'));
COMMENT ON DOMAIN core.mode IS 'How leaders were in contact; follows PLOVER''s CONSULT modes where they exist.';

CREATE DOMAIN core.status AS text
    CONSTRAINT status_words CHECK (VALUE IN (
        'occurred', 'ongoing', 'planned', 'proposed', 'cancelled', 'denied'));
COMMENT ON DOMAIN core.status IS 'What became of a contact, as far as its reports tell.';

CREATE DOMAIN core.date_precision AS text
    CONSTRAINT date_precision_words CHECK (VALUE IN ('day', 'week', 'month'));
COMMENT ON DOMAIN core.date_precision IS 'How exactly a date is known; week and month dates are the first day of that span.';

CREATE DOMAIN core.stage AS text
    CONSTRAINT stage_words CHECK (VALUE IN (
        'discovered', 'fetched', 'extracted', 'understood', 'reconciled', 'refused'));
COMMENT ON DOMAIN core.stage IS 'The last stage that an item has passed; it waits in the queue of the next one.';

CREATE DOMAIN core.reason AS text
    CONSTRAINT reason_words CHECK (VALUE IN (
        'dns_failed', 'connect_failed', 'tls_failed', 'timeout', 'too_large', 'too_many_redirects',
        'forbidden_address', 'unsupported_scheme', 'bad_url', 'protocol_error', 'robots_disallowed',
        'robots_unreachable', 'http_not_found', 'http_gone', 'http_forbidden', 'http_too_many_requests',
        'http_client_error', 'http_server_error', 'unsupported_content_type', 'not_a_feed', 'broken_feed',
        'no_link', 'consent_page', 'captcha_page', 'script_required', 'paywall_teaser', 'soft_not_found',
        'no_text', 'too_short', 'unreadable', 'duplicate', 'unsupported_language', 'retries_exhausted',
        'internal_error'));
COMMENT ON DOMAIN core.reason IS 'Why a feed, page or article was not taken.';

-- For queues: whether a row may be claimed. A lease ends when its time is up, or when the connection that took it is
-- gone from the server, so the work of a killed worker is free at once. A backend that began after this transaction did
-- counts as alive: the list of backends is read once in a transaction and may be older than it.
-- Another role's backend_start reads as null here unless we are a member of that role; then the pid alone decides.
CREATE FUNCTION staging.is_free(lease_pid integer, lease_backend_start timestamptz, lease_until timestamptz)
    RETURNS boolean LANGUAGE sql STABLE PARALLEL UNSAFE
    RETURN lease_pid IS NULL
        OR lease_until < now()
        OR (lease_backend_start < now() AND NOT EXISTS (
            SELECT FROM pg_stat_activity AS backend
            WHERE backend.pid = lease_pid
              AND (backend.backend_start = lease_backend_start OR backend.backend_start IS NULL)));
COMMENT ON FUNCTION staging.is_free IS 'Whether a leased row may be claimed: never leased, out of time, or its claimer''s connection is gone.';
