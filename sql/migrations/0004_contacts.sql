-- Contacts: what happened in the world, derived from reports, with identities that outlive every derivation.

CREATE TABLE core.contact (
    contact_id uuid PRIMARY KEY,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'merged', 'withdrawn')),
    merged_into uuid REFERENCES core.contact,
    mode core.mode NOT NULL,
    status core.status NOT NULL,
    occurred_on date,
    date_precision core.date_precision,
    duration_minutes integer CHECK (duration_minutes > 0),
    location text,
    initiator text,
    ordinal_count integer CHECK (ordinal_count > 0),
    ordinal_window text,
    historical boolean NOT NULL,
    topics text[] NOT NULL DEFAULT '{}',
    attribution text[] NOT NULL DEFAULT '{}',
    confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    first_reported_at timestamptz,
    last_reported_at timestamptz,
    outlets text[] NOT NULL DEFAULT '{}',
    families text[] NOT NULL DEFAULT '{}',
    reason text NOT NULL DEFAULT '',
    unsettled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT contact_date_has_precision CHECK ((occurred_on IS NULL) = (date_precision IS NULL)),
    CONSTRAINT contact_merged_into_another CHECK ((state = 'merged') = (merged_into IS NOT NULL)),
    CONSTRAINT contact_not_into_itself CHECK (merged_into <> contact_id)
);
CREATE INDEX contact_by_day ON core.contact (occurred_on) WHERE state = 'active';
CREATE INDEX contact_unsettled ON core.contact (contact_id) WHERE unsettled;
CREATE INDEX contact_by_target ON core.contact (merged_into) WHERE merged_into IS NOT NULL;
COMMENT ON TABLE core.contact IS 'One contact between leaders, derived from reports. Withdrawn and merged ones are kept.';
COMMENT ON COLUMN core.contact.contact_id IS 'Key; stays over rebuilds.';
COMMENT ON COLUMN core.contact.state IS 'active; merged: another contact took its reports; withdrawn: no report speaks of it any more.';
COMMENT ON COLUMN core.contact.merged_into IS 'The contact that took its reports.';
COMMENT ON COLUMN core.contact.mode IS 'How the leaders were in contact.';
COMMENT ON COLUMN core.contact.status IS 'Whether it happened, is planned, was denied and so on.';
COMMENT ON COLUMN core.contact.occurred_on IS 'Day of the contact, or first day of its week or month.';
COMMENT ON COLUMN core.contact.date_precision IS 'How exactly that day is known.';
COMMENT ON COLUMN core.contact.duration_minutes IS 'How long it took, in minutes.';
COMMENT ON COLUMN core.contact.location IS 'Where.';
COMMENT ON COLUMN core.contact.initiator IS 'Who sought it.';
COMMENT ON COLUMN core.contact.ordinal_count IS 'The how-maniest contact the reports say it is.';
COMMENT ON COLUMN core.contact.ordinal_window IS 'In which time, as worded.';
COMMENT ON COLUMN core.contact.historical IS 'Told as history, not as news.';
COMMENT ON COLUMN core.contact.topics IS 'What it was about.';
COMMENT ON COLUMN core.contact.attribution IS 'Who said so.';
COMMENT ON COLUMN core.contact.confidence IS 'Probability that the contact is right, 0 to 1.';
COMMENT ON COLUMN core.contact.first_reported_at IS 'Publication of its first report.';
COMMENT ON COLUMN core.contact.last_reported_at IS 'Publication of its latest report.';
COMMENT ON COLUMN core.contact.outlets IS 'Outlets that reported it.';
COMMENT ON COLUMN core.contact.families IS 'Independent families of outlets that reported it.';
COMMENT ON COLUMN core.contact.reason IS 'Why its reports are one contact, in words.';
COMMENT ON COLUMN core.contact.unsettled IS 'A report of it was superseded; the next reconciliation looks whether it still stands.';
COMMENT ON COLUMN core.contact.created_at IS 'When it was first derived, by the installation''s clock.';
COMMENT ON COLUMN core.contact.updated_at IS 'When it last changed, by the installation''s clock.';

CREATE TABLE core.contact_participant (
    contact_id uuid NOT NULL REFERENCES core.contact,
    position integer NOT NULL CHECK (position >= 0),
    person_key text NOT NULL,
    name text NOT NULL,
    country text NOT NULL,
    wikidata_id text,
    office text NOT NULL,
    PRIMARY KEY (contact_id, position)
);
CREATE INDEX contact_participant_by_person ON core.contact_participant (person_key, contact_id);
COMMENT ON TABLE core.contact_participant IS 'The leaders in a contact.';
COMMENT ON COLUMN core.contact_participant.contact_id IS 'The contact.';
COMMENT ON COLUMN core.contact_participant.position IS 'Order, from 0.';
COMMENT ON COLUMN core.contact_participant.person_key IS 'Wikidata id, or "name|country" where there is none.';
COMMENT ON COLUMN core.contact_participant.name IS 'Full name.';
COMMENT ON COLUMN core.contact_participant.country IS 'ISO 3166-1 alpha-3, or EU, UN, NATO, AU and the like.';
COMMENT ON COLUMN core.contact_participant.wikidata_id IS 'Wikidata id of the person.';
COMMENT ON COLUMN core.contact_participant.office IS 'Office held on the day.';

CREATE TABLE core.contact_member (
    report_id bigint PRIMARY KEY REFERENCES core.contact_report,
    contact_id uuid NOT NULL REFERENCES core.contact
);
CREATE INDEX contact_member_by_contact ON core.contact_member (contact_id);
COMMENT ON TABLE core.contact_member IS 'Which reports make up a contact: each report belongs to one. Superseded reports keep their row.';
COMMENT ON COLUMN core.contact_member.report_id IS 'The report.';
COMMENT ON COLUMN core.contact_member.contact_id IS 'The contact it is about.';

CREATE TABLE core.contact_history (
    history_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id uuid NOT NULL REFERENCES core.contact,
    kind text NOT NULL CHECK (kind IN ('new', 'changed', 'merged', 'withdrawn')),
    changes jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contact_history_by_contact ON core.contact_history (contact_id, history_id);
COMMENT ON TABLE core.contact_history IS 'What changed in a contact, and when.';
COMMENT ON COLUMN core.contact_history.history_id IS 'Key.';
COMMENT ON COLUMN core.contact_history.contact_id IS 'The contact.';
COMMENT ON COLUMN core.contact_history.kind IS 'new, changed, merged or withdrawn.';
COMMENT ON COLUMN core.contact_history.changes IS 'Field name -> [before, after].';
COMMENT ON COLUMN core.contact_history.changed_at IS 'When, by the installation''s clock.';
COMMENT ON COLUMN core.contact_history.recorded_at IS 'When, by the database''s clock.';
