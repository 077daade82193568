-- A rebuild or a review may find contacts that were there all along. They are no news, so nobody is mailed of them:
-- they are marked, with the status in which they are no news. A plan that was found so and then comes true is news.

ALTER TABLE core.contact ADD COLUMN quiet_since timestamptz;
ALTER TABLE core.contact ADD COLUMN quiet_status core.status;
ALTER TABLE core.contact ADD CONSTRAINT contact_quiet_is_whole
    CHECK ((quiet_since IS NULL) = (quiet_status IS NULL));
COMMENT ON COLUMN core.contact.quiet_since IS 'When a rebuild or a review found it, or its present status; by the installation''s clock. Null: it came with the news.';
COMMENT ON COLUMN core.contact.quiet_status IS 'The status it then had: no first mail is written of it in that status.';
