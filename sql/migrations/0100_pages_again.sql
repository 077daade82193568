-- A page that was fetched again waits beside the one that its article was read from, until it proves to be the article:
-- a captcha in its place must not cost us the page that was good.

CREATE TABLE staging.page_again (LIKE staging.page INCLUDING ALL);
ALTER TABLE staging.page_again ADD FOREIGN KEY (item_id) REFERENCES staging.item ON DELETE CASCADE;
COMMENT ON TABLE staging.page_again IS 'What a later visit to an item''s page brought, until it was read: then it replaces staging.page, or is dropped.';

ALTER TABLE staging.page ADD COLUMN fault core.reason, ADD COLUMN fault_detail text, ADD COLUMN fault_at timestamptz;
COMMENT ON COLUMN staging.page.fault IS 'Why the latest visit to the page brought no article; null: it did. The article stays.';
COMMENT ON COLUMN staging.page.fault_detail IS 'That failure in words.';
COMMENT ON COLUMN staging.page.fault_at IS 'When that visit was made.';
