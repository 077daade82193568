-- Talks beside a summit know the summit; values on which families differ are kept with who tells them.

-- Both may be saved in one transaction, in any order.
ALTER TABLE core.contact ADD COLUMN part_of uuid REFERENCES core.contact DEFERRABLE INITIALLY DEFERRED
    CONSTRAINT contact_not_part_of_itself CHECK (part_of <> contact_id);
ALTER TABLE core.contact ADD COLUMN spread jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(spread) = 'object');
ALTER TABLE core.contact ADD COLUMN confidence_reason text NOT NULL DEFAULT '';
ALTER TABLE core.contact ADD COLUMN ordinal_since date
    CONSTRAINT contact_counts_from_a_day CHECK (ordinal_since IS NULL OR ordinal_count IS NOT NULL AND ordinal_since <= occurred_on);
CREATE INDEX contact_by_whole ON core.contact (part_of) WHERE part_of IS NOT NULL;
CREATE INDEX contact_counted ON core.contact (occurred_on) WHERE ordinal_since IS NOT NULL AND state = 'active';
COMMENT ON COLUMN core.contact.part_of IS 'The summit of which these talks are a part.';
COMMENT ON COLUMN core.contact.spread IS 'Fields for which families tell different values: field -> value -> the families that stand by it.';
COMMENT ON COLUMN core.contact.confidence_reason IS 'Where the confidence comes from, in words.';
COMMENT ON COLUMN core.contact.ordinal_since IS 'First day of the window that ordinal_count counts in; null where the words name none that we can place.';
