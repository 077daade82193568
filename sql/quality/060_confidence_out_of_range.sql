-- severity: error
-- means: A confidence or score that is no probability: below 0, above 1, or not a number.
-- do: The tables' constraints forbid it: find out who dropped them, and what wrote the value.
SELECT 'core.contact' AS told_in, contact_id::text AS key, confidence AS value
FROM core.contact WHERE NOT coalesce(confidence BETWEEN 0 AND 1, false)
UNION ALL
SELECT 'core.contact_report', report_id::text, confidence
FROM core.contact_report WHERE NOT coalesce(confidence BETWEEN 0 AND 1, false)
UNION ALL
SELECT 'core.article_topic', analysis_id || ' ' || topic, score
FROM core.article_topic WHERE NOT coalesce(score BETWEEN 0 AND 1, false)
