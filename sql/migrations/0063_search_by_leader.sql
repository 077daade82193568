-- Search marks words that are printed with accents, too, and finds a leader's articles by the leader's reports: not by a
-- look at each article that has the words.

CREATE OR REPLACE FUNCTION mart.search(
    words text, since date DEFAULT NULL, until date DEFAULT NULL, leader text DEFAULT NULL, most integer DEFAULT 50
)
RETURNS TABLE (
    article_id bigint, published_on date, outlet text, title text, found_in text, snippet text, contact_id uuid,
    participants text, url text, rank real
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $search$
#variable_conflict use_column
DECLARE
    folded text := core.folded(coalesce(words, ''));
    query tsquery := websearch_to_tsquery('english', folded);
    likeness text;
    style text := 'StartSel=«, StopSel=», MaxFragments=2, MinWords=8, MaxWords=30, FragmentDelimiter=" … "';
    keys text[];
    filters text := $sql$
            AND ($2 IS NULL OR article.published_on >= $2)
            AND ($3 IS NULL OR article.published_on <= $3)
    $sql$;
    shown text := $sql$
        SELECT best.article_id, article.published_on, outlet.name, article.title,
            CASE
                WHEN best.found_in = 'similar' THEN 'similar'
                WHEN told.evidence IS NOT NULL THEN 'evidence'
                WHEN to_tsvector('english', core.folded(article.title)) @@ $1 THEN 'title'
                ELSE 'text'
            END,
            CASE WHEN strpos(headline.printed, '«') > 0 THEN headline.printed ELSE headline.plain END,
            told.contact_id, told.participants, article.url, best.rank
        FROM best
        JOIN core.article USING (article_id)
        JOIN core.outlet USING (outlet_id)
        LEFT JOIN LATERAL (
            SELECT member.contact_id, said.evidence,
                (SELECT string_agg(name || ' (' || country || ')', ', ' ORDER BY name COLLATE "C", country COLLATE "C")
                 FROM core.report_participant AS person WHERE person.report_id = report.report_id) AS participants
            FROM core.contact_report AS report
            CROSS JOIN LATERAL (
                SELECT string_agg(text, ' … ' ORDER BY position) AS evidence
                FROM core.report_evidence AS evidence
                WHERE evidence.report_id = report.report_id AND evidence.search @@ $1
            ) AS said
            LEFT JOIN core.contact_member AS member USING (report_id)
            WHERE report.article_id = best.article_id AND report.is_current AND said.evidence IS NOT NULL
            ORDER BY report.position
            LIMIT 1
        ) AS told ON true
        CROSS JOIN LATERAL (
            SELECT
                ts_headline('english', coalesce(told.evidence, article.text), $1, $7) AS printed,
                -- The words found may be printed with accents that the query lacks.
                ts_headline('english', core.folded(coalesce(told.evidence, article.text)), $1, $7) AS plain
        ) AS headline
        ORDER BY best.rank DESC, article.published_on DESC NULLS LAST, best.article_id DESC
    $sql$;
BEGIN
    most := least(greatest(coalesce(most, 50), 1), 1000);
    leader := btrim(coalesce(leader, ''));
    IF numnode(query) = 0 THEN
        -- Nothing was asked, or stop words alone.
        RETURN;
    END IF;
    IF leader <> '' THEN
        -- Who is meant, first: by keys their reports are found in an index. The people there are, one step of that index
        -- for each.
        keys := ARRAY(
            WITH RECURSIVE person AS (
                (SELECT person_key FROM core.report_participant ORDER BY person_key LIMIT 1)
                UNION ALL
                SELECT (
                    SELECT further.person_key FROM core.report_participant AS further
                    WHERE further.person_key > person.person_key ORDER BY further.person_key LIMIT 1
                )
                FROM person WHERE person.person_key IS NOT NULL
            )
            SELECT person.person_key
            FROM person
            CROSS JOIN LATERAL (
                SELECT report_participant.name, report_participant.country FROM core.report_participant
                WHERE report_participant.person_key = person.person_key LIMIT 1
            ) AS known
            LEFT JOIN core.leader AS registered ON registered.leader_id = person.person_key
            WHERE person.person_key = leader
                OR known.country = upper(leader)
                OR EXISTS (
                    SELECT FROM core.office_term AS term
                    WHERE term.leader_id = person.person_key AND term.country = upper(leader)
                )
                OR strpos(
                    lower(core.folded(concat_ws('|', known.name, array_to_string(registered.other_names, '|')))),
                    lower(core.folded(leader))
                ) > 0
        );
        filters := filters || $sql$
            AND article.article_id IN (
                SELECT told_of.article_id
                FROM core.report_participant AS person JOIN core.contact_report AS told_of USING (report_id)
                WHERE person.person_key = ANY ($4) AND told_of.is_current
            )
        $sql$;
    END IF;
    RETURN QUERY EXECUTE $sql$
        WITH newest AS MATERIALIZED (
            SELECT article.article_id FROM core.article
            WHERE article.search @@ $1 $sql$ || filters || $sql$
            ORDER BY article.published_on DESC NULLS LAST, article.article_id DESC
            LIMIT 1000
        ), told AS MATERIALIZED (
            SELECT report.article_id
            FROM core.report_evidence AS evidence
            JOIN core.contact_report AS report USING (report_id)
            JOIN core.article ON article.article_id = report.article_id
            WHERE evidence.search @@ $1 AND report.is_current $sql$ || filters || $sql$
            ORDER BY evidence.report_id DESC
            LIMIT 1000
        ), best AS MATERIALIZED (
            SELECT article_id, ''::text AS found_in,
                (ts_rank_cd(article.search, $1, 1) * CASE WHEN article_id IN (TABLE told) THEN 4 ELSE 1 END)::real AS rank
            FROM core.article
            WHERE article_id IN (TABLE newest UNION TABLE told)
            ORDER BY rank DESC, article.published_on DESC NULLS LAST, article_id DESC
            LIMIT $5
        ) $sql$ || shown
        USING query, since, until, keys, most, folded, style;
    IF FOUND THEN
        RETURN;
    END IF;
    -- Nothing has all of these words: what has something like them in its title?
    SELECT format(
        '$6 OPERATOR(%1$I.<%%) core.folded(article.title)|%1$I.word_similarity($6, core.folded(article.title))',
        extnamespace::regnamespace)
    INTO likeness FROM pg_extension WHERE extname = 'pg_trgm';
    likeness := coalesce(likeness, 'strpos(lower(core.folded(article.title)), lower($6)) > 0|1');
    RETURN QUERY EXECUTE $sql$
        WITH best AS MATERIALIZED (
            SELECT article_id, 'similar'::text AS found_in, ($sql$ || split_part(likeness, '|', 2) || $sql$)::real AS rank
            FROM core.article
            WHERE $sql$ || split_part(likeness, '|', 1) || filters || $sql$
            ORDER BY rank DESC, article.published_on DESC NULLS LAST, article_id DESC
            LIMIT $5
        ) $sql$ || shown
        USING query, since, until, keys, most, folded, style;
END
$search$;
