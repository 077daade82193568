-- Each run of a stage, so that silence can be told from success without asking Airflow.

CREATE TABLE core.stage_run (
    stage_run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    failure text,
    taken integer NOT NULL DEFAULT 0 CHECK (taken >= 0),
    done integer NOT NULL DEFAULT 0 CHECK (done >= 0),
    refused integer NOT NULL DEFAULT 0 CHECK (refused >= 0),
    waiting integer NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    CONSTRAINT stage_run_ends_after_its_start CHECK (ended_at >= started_at)
);
CREATE INDEX stage_run_by_stage ON core.stage_run (stage, ended_at);
COMMENT ON TABLE core.stage_run IS 'Each run of a stage of the pipeline, as the database''s clock saw it.';
COMMENT ON COLUMN core.stage_run.stage_run_id IS 'Key.';
COMMENT ON COLUMN core.stage_run.stage IS 'poll, fetch, extract, understand, reconcile or alert.';
COMMENT ON COLUMN core.stage_run.started_at IS 'When it began.';
COMMENT ON COLUMN core.stage_run.ended_at IS 'When it ended.';
COMMENT ON COLUMN core.stage_run.failure IS 'What stopped it; empty where it worked.';
COMMENT ON COLUMN core.stage_run.taken IS 'Items it took up.';
COMMENT ON COLUMN core.stage_run.done IS 'Items it passed on.';
COMMENT ON COLUMN core.stage_run.refused IS 'Items it refused, with a reason each.';
COMMENT ON COLUMN core.stage_run.waiting IS 'Items left in its queue.';
