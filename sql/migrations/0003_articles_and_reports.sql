-- Articles, what the analysis says of them, and the reports of contacts that they hold.

CREATE TABLE core.article (
    article_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id bigint NOT NULL UNIQUE REFERENCES staging.item,
    outlet_id integer NOT NULL REFERENCES core.outlet,
    url text NOT NULL,
    canonical_key text NOT NULL,
    canonical_hash bytea NOT NULL UNIQUE CHECK (length(canonical_hash) = 32),
    content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
    title text NOT NULL,
    text text NOT NULL,
    byline text,
    language text,
    published_at timestamptz,
    published_on date,
    published_source text NOT NULL,
    words integer NOT NULL CHECK (words >= 0),
    extracted_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (outlet_id, content_hash),
    CONSTRAINT article_day_of_time CHECK (published_at IS NULL OR published_on IS NOT NULL)
);
CREATE INDEX article_by_day ON core.article (published_on);
COMMENT ON TABLE core.article IS 'One article of one outlet. Its text never changes: evidence points into it.';
COMMENT ON COLUMN core.article.article_id IS 'Key.';
COMMENT ON COLUMN core.article.item_id IS 'The item it was read from.';
COMMENT ON COLUMN core.article.outlet_id IS 'Who published it.';
COMMENT ON COLUMN core.article.url IS 'Its address.';
COMMENT ON COLUMN core.article.canonical_key IS 'Normalised canonical address: AMP and print copies share it.';
COMMENT ON COLUMN core.article.canonical_hash IS 'SHA-256 of canonical_key.';
COMMENT ON COLUMN core.article.content_hash IS 'SHA-256 of title and text: one outlet''s same text is one article.';
COMMENT ON COLUMN core.article.title IS 'Title.';
COMMENT ON COLUMN core.article.text IS 'Body as plain text.';
COMMENT ON COLUMN core.article.byline IS 'Author or agency as printed.';
COMMENT ON COLUMN core.article.language IS 'Language of the text, ISO 639-1.';
COMMENT ON COLUMN core.article.published_at IS 'Time of publication; null when only the day, or nothing, is known.';
COMMENT ON COLUMN core.article.published_on IS 'Day of publication in the outlet''s time zone.';
COMMENT ON COLUMN core.article.published_source IS 'Where the time of publication was found (json-ld, meta, feed, ...).';
COMMENT ON COLUMN core.article.words IS 'Words in the text.';
COMMENT ON COLUMN core.article.extracted_at IS 'When it was extracted, by the database''s clock.';

CREATE TABLE core.analysis (
    analysis_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES core.article,
    version text NOT NULL,
    is_current boolean NOT NULL DEFAULT true,
    analysed_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (article_id, version)
);
CREATE UNIQUE INDEX analysis_current ON core.analysis (article_id) WHERE is_current;
COMMENT ON TABLE core.analysis IS 'One reading of an article by one version of models and rules. Older readings are kept.';
COMMENT ON COLUMN core.analysis.analysis_id IS 'Key.';
COMMENT ON COLUMN core.analysis.article_id IS 'The article read.';
COMMENT ON COLUMN core.analysis.version IS 'Version of models and rules.';
COMMENT ON COLUMN core.analysis.is_current IS 'Whether it is the reading that counts: the latest version''s.';
COMMENT ON COLUMN core.analysis.analysed_at IS 'When, by the database''s clock.';

CREATE TABLE core.article_topic (
    analysis_id bigint NOT NULL REFERENCES core.analysis,
    topic text NOT NULL,
    score double precision NOT NULL CHECK (score BETWEEN 0 AND 1),
    PRIMARY KEY (analysis_id, topic)
);
COMMENT ON TABLE core.article_topic IS 'Topics of an article above their threshold.';
COMMENT ON COLUMN core.article_topic.analysis_id IS 'The reading.';
COMMENT ON COLUMN core.article_topic.topic IS 'Topic id, as in config/topics.yaml.';
COMMENT ON COLUMN core.article_topic.score IS 'Calibrated probability, 0 to 1.';

CREATE TABLE core.contact_report (
    report_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    analysis_id bigint NOT NULL REFERENCES core.analysis,
    article_id bigint NOT NULL REFERENCES core.article,
    position integer NOT NULL CHECK (position >= 0),
    is_current boolean NOT NULL DEFAULT true,
    predecessor_id bigint REFERENCES core.contact_report,
    mode core.mode NOT NULL,
    status core.status NOT NULL,
    occurred_on date,
    date_precision core.date_precision,
    reference_on date NOT NULL,
    duration_minutes integer CHECK (duration_minutes > 0),
    location text,
    initiator text,
    ordinal_count integer CHECK (ordinal_count > 0),
    ordinal_window text,
    attribution text[] NOT NULL DEFAULT '{}',
    topics text[] NOT NULL DEFAULT '{}',
    historical boolean NOT NULL,
    confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    UNIQUE (analysis_id, position),
    CONSTRAINT contact_report_date_has_precision CHECK ((occurred_on IS NULL) = (date_precision IS NULL)),
    CONSTRAINT contact_report_window_has_count CHECK (ordinal_window IS NULL OR ordinal_count IS NOT NULL)
);
CREATE INDEX contact_report_by_article ON core.contact_report (article_id);
CREATE INDEX contact_report_by_predecessor ON core.contact_report (predecessor_id) WHERE predecessor_id IS NOT NULL;
CREATE INDEX contact_report_by_day ON core.contact_report (reference_on) WHERE is_current;
COMMENT ON TABLE core.contact_report IS 'What one article says of one contact. Never edited.';
COMMENT ON COLUMN core.contact_report.report_id IS 'Key.';
COMMENT ON COLUMN core.contact_report.analysis_id IS 'The reading that found it.';
COMMENT ON COLUMN core.contact_report.article_id IS 'The article that says it.';
COMMENT ON COLUMN core.contact_report.position IS 'Its place among the reports of one reading, from 0.';
COMMENT ON COLUMN core.contact_report.is_current IS 'Whether its reading is the current one.';
COMMENT ON COLUMN core.contact_report.predecessor_id IS 'The report of the reading before that said the same: its contact''s identity goes on.';
COMMENT ON COLUMN core.contact_report.mode IS 'How the leaders were in contact.';
COMMENT ON COLUMN core.contact_report.status IS 'Whether it happened, is planned, was denied and so on.';
COMMENT ON COLUMN core.contact_report.occurred_on IS 'Day of the contact, or first day of its week or month.';
COMMENT ON COLUMN core.contact_report.date_precision IS 'How exactly that day is known.';
COMMENT ON COLUMN core.contact_report.reference_on IS 'The day by which reports are compared: of the contact, else of publication, else of discovery.';
COMMENT ON COLUMN core.contact_report.duration_minutes IS 'How long it took, in minutes.';
COMMENT ON COLUMN core.contact_report.location IS 'Where.';
COMMENT ON COLUMN core.contact_report.initiator IS 'Who sought it.';
COMMENT ON COLUMN core.contact_report.ordinal_count IS 'The how-maniest contact the article says it is.';
COMMENT ON COLUMN core.contact_report.ordinal_window IS 'In which time, as worded ("recent weeks").';
COMMENT ON COLUMN core.contact_report.attribution IS 'Who said so.';
COMMENT ON COLUMN core.contact_report.topics IS 'What it was about.';
COMMENT ON COLUMN core.contact_report.historical IS 'Told as history, not as news.';
COMMENT ON COLUMN core.contact_report.confidence IS 'Probability that the report is right, 0 to 1.';

CREATE TABLE core.report_participant (
    report_id bigint NOT NULL REFERENCES core.contact_report,
    position integer NOT NULL CHECK (position >= 0),
    person_key text NOT NULL,
    reference_on date NOT NULL,
    name text NOT NULL,
    country text NOT NULL,
    wikidata_id text,
    office text NOT NULL,
    PRIMARY KEY (report_id, position)
);
-- Reconciliation asks for one person's reports around a day: its cost must not grow with that person's history.
CREATE INDEX report_participant_by_person ON core.report_participant (person_key, reference_on);
COMMENT ON TABLE core.report_participant IS 'The leaders in a contact report.';
COMMENT ON COLUMN core.report_participant.report_id IS 'The report.';
COMMENT ON COLUMN core.report_participant.position IS 'Order in the report, from 0.';
COMMENT ON COLUMN core.report_participant.person_key IS 'Wikidata id, or "name|country" where there is none.';
COMMENT ON COLUMN core.report_participant.reference_on IS 'The report''s reference_on, repeated for the index.';
COMMENT ON COLUMN core.report_participant.name IS 'Full name.';
COMMENT ON COLUMN core.report_participant.country IS 'ISO 3166-1 alpha-3, or EU, UN, NATO, AU and the like.';
COMMENT ON COLUMN core.report_participant.wikidata_id IS 'Wikidata id of the person.';
COMMENT ON COLUMN core.report_participant.office IS 'Office held on the day.';

CREATE TABLE core.report_evidence (
    report_id bigint NOT NULL REFERENCES core.contact_report,
    position integer NOT NULL CHECK (position >= 0),
    text text NOT NULL,
    start_offset integer NOT NULL CHECK (start_offset >= 0),
    end_offset integer NOT NULL,
    PRIMARY KEY (report_id, position),
    CONSTRAINT report_evidence_span CHECK (end_offset > start_offset AND end_offset - start_offset = length(text))
);
COMMENT ON TABLE core.report_evidence IS 'The sentences a report rests on.';
COMMENT ON COLUMN core.report_evidence.report_id IS 'The report.';
COMMENT ON COLUMN core.report_evidence.position IS 'Order, from 0.';
COMMENT ON COLUMN core.report_evidence.text IS 'The exact words.';
COMMENT ON COLUMN core.report_evidence.start_offset IS 'Where they start in title, line feed, text; in characters, from 0.';
COMMENT ON COLUMN core.report_evidence.end_offset IS 'Where they end (exclusive).';
