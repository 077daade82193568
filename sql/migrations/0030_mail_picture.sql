-- The little timeline that a mail shows: drawn when the mail is written, for later contacts would change it.

ALTER TABLE core.outbox ADD COLUMN picture bytea;
COMMENT ON COLUMN core.outbox.picture IS 'PNG shown inline in the HTML part, if any.';
