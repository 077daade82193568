-- Review: what makes a contact doubtful, and what people decided. Decisions name reports by what they say in which
-- article, not by report ids: those are new with each reading of an article.

CREATE TABLE core.contact_doubt (
    contact_id uuid PRIMARY KEY REFERENCES core.contact ON DELETE CASCADE,
    doubt double precision NOT NULL CHECK (doubt > 0 AND doubt <= 1),
    kinds text[] NOT NULL CHECK (kinds <@ ARRAY['merge', 'confidence', 'source', 'status', 'rejected']),
    why text NOT NULL,
    hanging bigint[] NOT NULL DEFAULT '{}'
);
CREATE INDEX contact_doubt_worst ON core.contact_doubt (doubt DESC);
COMMENT ON TABLE core.contact_doubt IS 'Contacts that a person should look at, as of their last settling.';
COMMENT ON COLUMN core.contact_doubt.contact_id IS 'Key.';
COMMENT ON COLUMN core.contact_doubt.doubt IS 'How doubtful, above 0 to 1: the order of review.';
COMMENT ON COLUMN core.contact_doubt.kinds IS 'merge (its reports may be of two contacts), confidence, source (one family alone), status (reports contradict each other on whether it took place), rejected (reports of it were rejected before).';
COMMENT ON COLUMN core.contact_doubt.why IS 'The same in words.';
COMMENT ON COLUMN core.contact_doubt.hanging IS 'Reports that only the weakest link ties to the rest: what to split off.';

CREATE TABLE core.review_action (
    action_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('confirm', 'reject', 'merge', 'split', 'undo')),
    contact_id uuid NOT NULL REFERENCES core.contact,
    other_id uuid REFERENCES core.contact,
    undoes bigint UNIQUE REFERENCES core.review_action,
    status core.status NOT NULL,
    done_by text NOT NULL CHECK (done_by <> ''),
    done_at timestamptz NOT NULL,
    note text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT review_action_merges_two CHECK ((kind = 'merge') = (other_id IS NOT NULL)),
    CONSTRAINT review_action_undoes_one CHECK ((kind = 'undo') = (undoes IS NOT NULL))
);
CREATE INDEX review_action_by_contact ON core.review_action (contact_id);
COMMENT ON TABLE core.review_action IS 'What people decided in review. Rows are never changed; an action is in force unless an undo names it.';
COMMENT ON COLUMN core.review_action.action_id IS 'Key; grows with time: later decisions override earlier ones.';
COMMENT ON COLUMN core.review_action.kind IS 'confirm, reject, merge, split or undo.';
COMMENT ON COLUMN core.review_action.contact_id IS 'The contact it was about.';
COMMENT ON COLUMN core.review_action.other_id IS 'For merge: the contact that was merged with it.';
COMMENT ON COLUMN core.review_action.undoes IS 'For undo: the action it takes back.';
COMMENT ON COLUMN core.review_action.status IS 'The contact''s status when it was decided: another status calls for another look.';
COMMENT ON COLUMN core.review_action.done_by IS 'Who.';
COMMENT ON COLUMN core.review_action.done_at IS 'When, by the installation''s clock.';
COMMENT ON COLUMN core.review_action.note IS 'Why, in their words.';
COMMENT ON COLUMN core.review_action.recorded_at IS 'When, by the database''s clock.';

CREATE TABLE core.review_key (
    key_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES core.article ON DELETE CASCADE,
    people text[] NOT NULL CHECK (cardinality(people) > 0),
    mode core.mode NOT NULL,
    occurred_on date,
    position integer NOT NULL CHECK (position >= 0),
    report_id bigint REFERENCES core.contact_report ON DELETE SET NULL
);
CREATE INDEX review_key_by_article ON core.review_key (article_id);
CREATE INDEX review_key_by_report ON core.review_key (report_id);
COMMENT ON TABLE core.review_key IS 'Reports that decisions speak of, by what they said when it was decided.';
COMMENT ON COLUMN core.review_key.key_id IS 'Key.';
COMMENT ON COLUMN core.review_key.article_id IS 'The article.';
COMMENT ON COLUMN core.review_key.people IS 'Who took part: person keys, sorted.';
COMMENT ON COLUMN core.review_key.mode IS 'How.';
COMMENT ON COLUMN core.review_key.occurred_on IS 'The day, if it gave one.';
COMMENT ON COLUMN core.review_key.position IS 'The how-maniest report of its article it was, from 0.';
COMMENT ON COLUMN core.review_key.report_id IS 'The report that said so when last looked up; newer readings of the article bring another. Null: none does now.';

CREATE TABLE core.review_subject (
    action_id bigint NOT NULL REFERENCES core.review_action,
    key_id bigint NOT NULL REFERENCES core.review_key ON DELETE CASCADE,
    side text NOT NULL DEFAULT 'all' CHECK (side IN ('all', 'moved', 'stays')),
    PRIMARY KEY (action_id, key_id)
);
CREATE INDEX review_subject_by_key ON core.review_subject (key_id);
COMMENT ON TABLE core.review_subject IS 'Which reports an action speaks of.';
COMMENT ON COLUMN core.review_subject.action_id IS 'The action.';
COMMENT ON COLUMN core.review_subject.key_id IS 'The report.';
COMMENT ON COLUMN core.review_subject.side IS 'For split: moved (to a contact of their own) or stays; else all.';
