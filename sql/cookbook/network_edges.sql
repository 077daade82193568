-- Edges of the network of leaders, for Gephi, networkx or a spreadsheet: one row for each pair, weighted by contacts.
SELECT
    least(one.id, other.id) AS source,
    greatest(one.id, other.id) AS target,
    count(DISTINCT contact_id) AS weight,
    min(occurred_on) AS first_on,
    max(occurred_on) AS last_on
FROM mart.contacts
CROSS JOIN LATERAL unnest(wikidata_ids) AS one (id)
CROSS JOIN LATERAL unnest(wikidata_ids) AS other (id)
WHERE one.id < other.id AND status = 'occurred'
GROUP BY source, target
ORDER BY weight DESC, source, target;
