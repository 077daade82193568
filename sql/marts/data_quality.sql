CREATE OR REPLACE VIEW mart.data_quality AS
SELECT DISTINCT ON (result.name)
    result.name AS check_name,
    result.severity,
    CASE WHEN result.failure IS NOT NULL THEN 'unknown' WHEN result.found = 0 THEN 'fine' ELSE 'found' END AS state,
    result.found,
    result.means,
    result.todo AS what_to_do,
    result.findings,
    result.failure,
    result.as_of,
    result.checked_at,
    (
        SELECT min(earlier.checked_at) FROM meta.quality_result AS earlier
        WHERE earlier.name = result.name
          AND earlier.found > 0
          AND earlier.result_id > coalesce(
              (SELECT max(fine.result_id) FROM meta.quality_result AS fine
               WHERE fine.name = result.name AND fine.found = 0 AND fine.failure IS NULL), 0)
    ) AS found_since,
    result.seconds
FROM meta.quality_result AS result
-- Checks that are no more had their last result before the last run of all checks.
WHERE result.run_id >= coalesce((SELECT max(run_id) FROM meta.quality_result WHERE whole), 0)
ORDER BY result.name, result.result_id DESC;

COMMENT ON VIEW mart.data_quality IS 'How each check of the data came out when it was last made, with the rows that it found.';
COMMENT ON COLUMN mart.data_quality.check_name IS 'Key: the check, a file of sql/quality/.';
COMMENT ON COLUMN mart.data_quality.severity IS 'error: the pipeline broke a promise of its own; warn: a person should look.';
COMMENT ON COLUMN mart.data_quality.state IS 'fine, found, or unknown: the check could not be made.';
COMMENT ON COLUMN mart.data_quality.found IS 'How many rows it found.';
COMMENT ON COLUMN mart.data_quality.means IS 'What such a row means.';
COMMENT ON COLUMN mart.data_quality.what_to_do IS 'What to do about it.';
COMMENT ON COLUMN mart.data_quality.findings IS 'The first of these rows, as JSON objects.';
COMMENT ON COLUMN mart.data_quality.failure IS 'Why it could not be made.';
COMMENT ON COLUMN mart.data_quality.as_of IS 'The installation''s time that it went by.';
COMMENT ON COLUMN mart.data_quality.checked_at IS 'When it was last made, by the database''s clock.';
COMMENT ON COLUMN mart.data_quality.found_since IS 'Since when each run has found something; null: the last found nothing.';
COMMENT ON COLUMN mart.data_quality.seconds IS 'How long it took.';
