-- Results of the checks in sql/quality/, and the two moments that checks may ask for.

CREATE TABLE meta.quality_result (
    result_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL,
    whole boolean NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    severity text NOT NULL CHECK (severity IN ('error', 'warn')),
    means text NOT NULL,
    todo text NOT NULL,
    found bigint NOT NULL CHECK (found >= 0),
    findings jsonb NOT NULL DEFAULT '[]',
    failure text,
    seconds double precision NOT NULL CHECK (seconds >= 0),
    as_of timestamptz NOT NULL,
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX quality_result_by_name ON meta.quality_result (name, result_id DESC);
CREATE INDEX quality_result_by_run ON meta.quality_result (run_id) WHERE whole;
COMMENT ON TABLE meta.quality_result IS 'What each check of sql/quality/ found, at each run of the checks.';
COMMENT ON COLUMN meta.quality_result.result_id IS 'Key; grows with time.';
COMMENT ON COLUMN meta.quality_result.run_id IS 'Results with the same number are of one run; grows with time.';
COMMENT ON COLUMN meta.quality_result.whole IS 'Whether that run made all checks.';
COMMENT ON COLUMN meta.quality_result.name IS 'The check: name of its file without the number.';
COMMENT ON COLUMN meta.quality_result.severity IS 'error: the pipeline broke a promise, the run is failed; warn: a person should look.';
COMMENT ON COLUMN meta.quality_result.means IS 'What a row found means.';
COMMENT ON COLUMN meta.quality_result.todo IS 'What to do then.';
COMMENT ON COLUMN meta.quality_result.found IS 'Rows found; 0: fine.';
COMMENT ON COLUMN meta.quality_result.findings IS 'The first of these rows, as objects.';
COMMENT ON COLUMN meta.quality_result.failure IS 'Why the check could not be made; then nothing is known.';
COMMENT ON COLUMN meta.quality_result.seconds IS 'How long it took.';
COMMENT ON COLUMN meta.quality_result.as_of IS 'The installation''s time that it went by.';
COMMENT ON COLUMN meta.quality_result.checked_at IS 'When, by the database''s clock.';

-- Settings of the session rather than parameters, so that a check can be pasted into psql as it stands.
CREATE FUNCTION meta.quality_now() RETURNS timestamptz LANGUAGE sql STABLE
    RETURN coalesce(nullif(current_setting('hotline.quality_now', true), '')::timestamptz, now());
COMMENT ON FUNCTION meta.quality_now IS 'The installation''s time, which checks go by; the database''s unless the session set hotline.quality_now.';
CREATE FUNCTION meta.quality_since() RETURNS timestamptz LANGUAGE sql STABLE
    RETURN coalesce(nullif(current_setting('hotline.quality_since', true), '')::timestamptz, '-infinity');
COMMENT ON FUNCTION meta.quality_since IS 'Costly checks look at what was written since then; at everything unless the session set hotline.quality_since.';
