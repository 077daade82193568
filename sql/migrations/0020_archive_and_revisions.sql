-- Pages stand in the archive, so the warehouse need not keep their bytes. Pages change: what an article said before is
-- kept, a reading belongs to one revision, and pages wait to be looked at again.

ALTER TABLE staging.page ADD COLUMN archived text, ADD COLUMN replayed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN staging.page.replayed IS 'Put here from the archive, to be read again; not fetched just now.';
COMMENT ON COLUMN staging.page.archived IS 'Where in the archive it stands: file and offset of its record.';
COMMENT ON COLUMN staging.page.body IS 'The bytes received, compressed with zlib; empty once they were read and stand in the archive.';

ALTER TABLE core.article
    ADD COLUMN revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1),
    ADD COLUMN revised_at timestamptz,
    ADD COLUMN section text,
    ADD COLUMN updated_at timestamptz,
    ADD COLUMN image text,
    ADD COLUMN dateline text,
    ADD COLUMN wire text;
COMMENT ON TABLE core.article IS 'One article of one outlet, as it reads now; core.article_revision holds what it said before.';
COMMENT ON COLUMN core.article.revision IS 'How many wordings we have seen, from 1.';
COMMENT ON COLUMN core.article.revised_at IS 'When the page of the present wording was fetched; null for the first.';
COMMENT ON COLUMN core.article.section IS 'Section of the outlet, as the page names it.';
COMMENT ON COLUMN core.article.updated_at IS 'When the outlet says that it last changed the article.';
COMMENT ON COLUMN core.article.image IS 'Address of the lead image.';
COMMENT ON COLUMN core.article.dateline IS 'The place that the text opens with ("MOSCOW").';
COMMENT ON COLUMN core.article.wire IS 'The agency that the text or byline names as its origin ("Reuters").';

CREATE TABLE core.article_revision (
    article_id bigint NOT NULL REFERENCES core.article ON DELETE CASCADE,
    revision integer NOT NULL CHECK (revision >= 1),
    title text NOT NULL,
    text text NOT NULL,
    published_at timestamptz,
    published_on date,
    replaced_at timestamptz NOT NULL,
    new_title text,
    difference text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (article_id, revision)
);
COMMENT ON TABLE core.article_revision IS 'What an article said before it was changed; older evidence points into these texts.';
COMMENT ON COLUMN core.article_revision.article_id IS 'The article.';
COMMENT ON COLUMN core.article_revision.revision IS 'Which of its wordings, from 1.';
COMMENT ON COLUMN core.article_revision.title IS 'Title in this wording.';
COMMENT ON COLUMN core.article_revision.text IS 'Body in this wording.';
COMMENT ON COLUMN core.article_revision.published_at IS 'Time of publication, as told then.';
COMMENT ON COLUMN core.article_revision.published_on IS 'Day of publication, as told then.';
COMMENT ON COLUMN core.article_revision.replaced_at IS 'When the page with the next wording was fetched.';
COMMENT ON COLUMN core.article_revision.new_title IS 'The title that replaced this one; null: it stayed.';
COMMENT ON COLUMN core.article_revision.difference IS 'From this text to the next, as a unified diff without context.';
COMMENT ON COLUMN core.article_revision.recorded_at IS 'When, by the database''s clock.';

ALTER TABLE core.analysis ADD COLUMN revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1);
ALTER TABLE core.analysis DROP CONSTRAINT analysis_article_id_version_key;
ALTER TABLE core.analysis ADD CONSTRAINT analysis_of_a_wording UNIQUE (article_id, revision, version);
COMMENT ON TABLE core.analysis IS 'One reading of one wording of an article by one version of models and rules. Older readings are kept.';
COMMENT ON COLUMN core.analysis.revision IS 'The wording that was read.';

CREATE TABLE staging.revisit (
    item_id bigint PRIMARY KEY REFERENCES staging.item ON DELETE CASCADE,
    due_at timestamptz NOT NULL,
    visits integer NOT NULL DEFAULT 0 CHECK (visits >= 0),
    fetched_at timestamptz NOT NULL
);
CREATE INDEX revisit_due ON staging.revisit (due_at);
COMMENT ON TABLE staging.revisit IS 'Pages to look at again for changes; a row ends with its last visit.';
COMMENT ON COLUMN staging.revisit.item_id IS 'The item.';
COMMENT ON COLUMN staging.revisit.due_at IS 'Not to be fetched again before, by the installation''s clock.';
COMMENT ON COLUMN staging.revisit.visits IS 'Visits made so far.';
COMMENT ON COLUMN staging.revisit.fetched_at IS 'The first fetch, from which the visits are counted.';
