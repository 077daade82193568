-- severity: error
-- means: A sentence that a report rests on does not stand at its place in the wording of the article that was read.
-- do: Nothing that rests on it can be trusted. Read the article again (`hotline reextract`); if it comes back, offsets
--   are counted wrongly for texts like this one: keep the rows as a test.
SELECT report.report_id, report.article_id, evidence.position, evidence.start_offset, evidence.text AS told,
       substring(wording.whole FROM evidence.start_offset + 1 FOR evidence.end_offset - evidence.start_offset) AS stands_there
FROM core.analysis
JOIN core.contact_report AS report USING (analysis_id)
JOIN core.report_evidence AS evidence USING (report_id)
JOIN core.article ON article.article_id = report.article_id
LEFT JOIN core.article_revision AS former
    ON former.article_id = article.article_id AND former.revision = analysis.revision
CROSS JOIN LATERAL (
    SELECT coalesce(former.title || E'\n' || former.text, article.title || E'\n' || article.text) AS whole
) AS wording
WHERE analysis.is_current
  AND analysis.analysed_at >= meta.quality_since()
  AND substring(wording.whole FROM evidence.start_offset + 1 FOR evidence.end_offset - evidence.start_offset)
      <> evidence.text
ORDER BY report.report_id DESC, evidence.position
