-- Articles and evidence can be searched by their words. English stems; accents and the forms of letters do not matter.

-- The plain letters of a text. Most texts are ASCII, and for them nothing is to do.
CREATE FUNCTION core.folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN CASE
        WHEN octet_length(words) = length(words) THEN words
        ELSE regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g')
    END;
COMMENT ON FUNCTION core.folded IS 'A text without accents and ligatures: Élysée and Elysee are one word.';

-- A tsvector holds a megabyte at most, and an article must be stored however long it is: the rest of a book is not indexed.
ALTER TABLE core.article ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('english'::regconfig, left(core.folded(title), 5000)), 'A')
    || setweight(to_tsvector('english'::regconfig, left(core.folded(text), 150000)), 'D')
) STORED;
CREATE INDEX article_search ON core.article USING gin (search);
COMMENT ON COLUMN core.article.search IS 'Its words, for full-text search; the title''s weigh more.';

ALTER TABLE core.report_evidence ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (
    to_tsvector('english'::regconfig, left(core.folded(text), 150000))
) STORED;
CREATE INDEX report_evidence_search ON core.report_evidence USING gin (search);
COMMENT ON COLUMN core.report_evidence.search IS 'Its words, for full-text search.';
