-- Agencies' texts that several outlets print are one voice. Articles whose texts are near-copies make a wire family.

CREATE TABLE core.article_print (
    article_id bigint PRIMARY KEY REFERENCES core.article ON DELETE CASCADE,
    day date NOT NULL,
    bands bigint[] NOT NULL
);
CREATE INDEX article_print_bands ON core.article_print USING gin (bands);
COMMENT ON TABLE core.article_print IS 'What an article''s text is recognised by when another outlet prints it.';
COMMENT ON COLUMN core.article_print.article_id IS 'The article.';
COMMENT ON COLUMN core.article_print.day IS 'Day of publication, else of extraction: copies appear within days.';
COMMENT ON COLUMN core.article_print.bands IS 'MinHash bands of its runs of five words; near-copies share at least one.';

ALTER TABLE core.article ADD COLUMN wire_family bigint;
CREATE INDEX article_by_wire_family ON core.article (wire_family) WHERE wire_family IS NOT NULL;
COMMENT ON COLUMN core.article.wire_family IS 'Articles with this number print one text; it is the lowest of their article ids. Null: no copy is known.';

-- Whose words an article prints. The agency's own article decides where we have it; else the earliest print.
CREATE FUNCTION core.voice_of(article_id bigint) RETURNS text LANGUAGE sql STABLE
    RETURN (
        SELECT outlet.family
        FROM core.article AS one
        JOIN core.article AS copy ON copy.article_id = one.article_id OR copy.wire_family = one.wire_family
        JOIN core.outlet ON outlet.outlet_id = copy.outlet_id
        WHERE one.article_id = voice_of.article_id
        ORDER BY outlet.kind NOT IN ('agency', 'wire'), copy.published_at NULLS LAST, copy.published_on NULLS LAST, outlet.name,
                 copy.article_id
        LIMIT 1);
COMMENT ON FUNCTION core.voice_of IS 'The family whose words an article prints: its outlet''s, or that of the text it is a copy of.';
