-- Dimensions: who leads what and when, countries, topics and days, so that facts can be asked by them. The first four are
-- loaded from config/; facts do not refer to them by foreign key, for a report must be stored whatever config/ says by then.

CREATE TABLE core.country (
    country text PRIMARY KEY CHECK (country <> ''),
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('country', 'body')),
    adjectives text[] NOT NULL DEFAULT '{}',
    capitals text[] NOT NULL DEFAULT '{}',
    timezone text NOT NULL DEFAULT '',
    listed boolean NOT NULL DEFAULT true,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE core.country IS 'Countries, and bodies whose heads count as leaders; from config/leaders/countries.csv.';
COMMENT ON COLUMN core.country.country IS 'ISO 3166-1 alpha-3, or EU, UN, NATO, AU and the like.';
COMMENT ON COLUMN core.country.name IS 'English name.';
COMMENT ON COLUMN core.country.kind IS 'country or body.';
COMMENT ON COLUMN core.country.adjectives IS 'Words for its people and things ("French").';
COMMENT ON COLUMN core.country.capitals IS 'Cities that news names for its government.';
COMMENT ON COLUMN core.country.timezone IS 'IANA time zone of the capital.';
COMMENT ON COLUMN core.country.listed IS 'False when config/ no longer names it.';
COMMENT ON COLUMN core.country.updated_at IS 'When this row last changed, by the database''s clock.';

CREATE TABLE core.leader (
    leader_id text PRIMARY KEY CHECK (leader_id <> ''),
    name text NOT NULL CHECK (name <> ''),
    gender text NOT NULL CHECK (gender IN ('m', 'f', '')),
    other_names text[] NOT NULL DEFAULT '{}',
    listed boolean NOT NULL DEFAULT true,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE core.leader IS 'People who lead or led a country or body, and others that the registry knows; from config/leaders/people.csv.';
COMMENT ON COLUMN core.leader.leader_id IS 'Wikidata id, or "local:<country>:<name>"; the person_key of participants.';
COMMENT ON COLUMN core.leader.name IS 'Name as reports print it.';
COMMENT ON COLUMN core.leader.gender IS 'm, f, or empty where unknown.';
COMMENT ON COLUMN core.leader.other_names IS 'Other full names and spellings.';
COMMENT ON COLUMN core.leader.listed IS 'False when config/ no longer names this person; the row stays for the facts that do.';
COMMENT ON COLUMN core.leader.updated_at IS 'When this row last changed, by the database''s clock.';

CREATE TABLE core.office_term (
    office_term_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    leader_id text NOT NULL REFERENCES core.leader,
    country text NOT NULL REFERENCES core.country,
    role text NOT NULL,
    office text NOT NULL,
    office_class text NOT NULL,
    rank integer NOT NULL CHECK (rank >= 0),
    valid_from date,
    valid_to date,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT office_term_ends_after_its_start CHECK (valid_to >= valid_from)
);
-- A missing start is long ago, and there is one such term; null alone would not be equal to itself.
CREATE UNIQUE INDEX office_term_once
    ON core.office_term (leader_id, country, office_class, coalesce(valid_from, '-infinity'::date));
CREATE INDEX office_term_by_country ON core.office_term (country, valid_from);
COMMENT ON TABLE core.office_term IS 'Who held which office when: the history (type 2) of core.leader. From config/leaders/terms.csv.';
COMMENT ON COLUMN core.office_term.office_term_id IS 'Key; stays while person, country, kind of office and first day do.';
COMMENT ON COLUMN core.office_term.leader_id IS 'Who.';
COMMENT ON COLUMN core.office_term.country IS 'Of what.';
COMMENT ON COLUMN core.office_term.role IS 'leader, foreign_minister or other: only leaders'' contacts are reported.';
COMMENT ON COLUMN core.office_term.office IS 'Title as printed ("President").';
COMMENT ON COLUMN core.office_term.office_class IS 'Kind of office: president, prime_minister, chancellor, monarch and so on.';
COMMENT ON COLUMN core.office_term.rank IS '0: the executive leader; 1 and more: behind; 99: no leader''s office.';
COMMENT ON COLUMN core.office_term.valid_from IS 'First day; null: long ago.';
COMMENT ON COLUMN core.office_term.valid_to IS 'Last day; null: in office.';
COMMENT ON COLUMN core.office_term.updated_at IS 'When this row last changed, by the database''s clock.';

CREATE TABLE core.topic (
    topic text PRIMARY KEY CHECK (topic <> ''),
    label text NOT NULL,
    description text NOT NULL,
    threshold double precision NOT NULL CHECK (threshold BETWEEN 0 AND 1),
    listed boolean NOT NULL DEFAULT true,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE core.topic IS 'Topics; from config/topics.yaml.';
COMMENT ON COLUMN core.topic.topic IS 'Topic id.';
COMMENT ON COLUMN core.topic.label IS 'What readers see.';
COMMENT ON COLUMN core.topic.description IS 'What belongs to the topic.';
COMMENT ON COLUMN core.topic.threshold IS 'The least score, 0 to 1, that counts.';
COMMENT ON COLUMN core.topic.listed IS 'False when config/ no longer names it; articles keep it.';
COMMENT ON COLUMN core.topic.updated_at IS 'When this row last changed, by the database''s clock.';

CREATE TABLE core.calendar (
    day date PRIMARY KEY,
    year integer NOT NULL,
    quarter integer NOT NULL,
    month integer NOT NULL,
    month_start date NOT NULL,
    iso_year integer NOT NULL,
    iso_week integer NOT NULL,
    week_start date NOT NULL,
    weekday integer NOT NULL,
    weekday_name text NOT NULL,
    is_weekend boolean NOT NULL
);
COMMENT ON TABLE core.calendar IS 'Every day from 2000 to 2035, so that days without a contact can be counted too.';
COMMENT ON COLUMN core.calendar.day IS 'The day.';
COMMENT ON COLUMN core.calendar.year IS 'Year.';
COMMENT ON COLUMN core.calendar.quarter IS 'Quarter, 1 to 4.';
COMMENT ON COLUMN core.calendar.month IS 'Month, 1 to 12.';
COMMENT ON COLUMN core.calendar.month_start IS 'First day of the month.';
COMMENT ON COLUMN core.calendar.iso_year IS 'Year that the week belongs to (ISO 8601).';
COMMENT ON COLUMN core.calendar.iso_week IS 'Week, 1 to 53 (ISO 8601).';
COMMENT ON COLUMN core.calendar.week_start IS 'Monday of the week.';
COMMENT ON COLUMN core.calendar.weekday IS '1 Monday to 7 Sunday.';
COMMENT ON COLUMN core.calendar.weekday_name IS 'English name of the weekday.';
COMMENT ON COLUMN core.calendar.is_weekend IS 'Saturday or Sunday.';
INSERT INTO core.calendar
SELECT
    day,
    extract(year FROM day),
    extract(quarter FROM day),
    extract(month FROM day),
    date_trunc('month', day)::date,
    extract(isoyear FROM day),
    extract(week FROM day),
    date_trunc('week', day)::date,
    extract(isodow FROM day),
    (ARRAY['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])[extract(isodow FROM day)::integer],
    extract(isodow FROM day) >= 6
FROM generate_series(0, DATE '2035-12-31' - DATE '2000-01-01') AS number
-- Days, not instants: the session's time zone has no say.
CROSS JOIN LATERAL (SELECT DATE '2000-01-01' + number AS day) AS counted;

CREATE TABLE meta.reference (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE meta.reference IS 'What was loaded from config/ into dimensions, so that the same files are not loaded twice.';
COMMENT ON COLUMN meta.reference.name IS 'Key: what was loaded.';
COMMENT ON COLUMN meta.reference.checksum IS 'SHA-256 over the files.';
COMMENT ON COLUMN meta.reference.loaded_at IS 'When, by the database''s clock.';
