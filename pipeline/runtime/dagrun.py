"""One run of a DAG through Airflow, in this process: `python -m pipeline.runtime.dagrun DAG_ID [--only-prepare]`.

Brings Airflow's metadata up to date, closes runs that a kill left open, then does what `airflow dags test` does. All in
one process, because importing Airflow costs seconds each time. The environment must be `process_env`'s.
"""

from __future__ import annotations

import os
import sys

from pipeline.runtime.pools import ensure_pools


def airflow(*arguments: str) -> int:
    """Run Airflow's command line in this process; returns its exit status."""
    from airflow.__main__ import main

    before = sys.argv
    sys.argv = ["airflow", *arguments]
    try:
        main()  # type: ignore[no-untyped-call]  # Airflow's entry point carries no types
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else 1 if end.code else 0
    finally:
        sys.argv = before
    return 0


def close_killed_runs(dag_id: str) -> list[str]:
    """Mark as failed the runs of `hotline run` that never ended; returns their ids.

    Such a run has no scheduler to end it, and with one active run allowed it would hold back every scheduled one. Runs
    of the scheduler are left alone: it takes those up itself. Call it under the home's lock, when no run is under way.
    """
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState, State, TaskInstanceState
    from airflow.utils.types import DagRunTriggeredByType
    from sqlalchemy import select

    closed = []
    with create_session() as session:
        open_runs = select(DagRun).where(
            DagRun.dag_id == dag_id,
            DagRun.state.in_([DagRunState.RUNNING, DagRunState.QUEUED]),
            DagRun.triggered_by == DagRunTriggeredByType.TEST,
        )
        for run in session.scalars(open_runs):
            for task in run.get_task_instances(session=session):
                if task.state not in State.finished:
                    task.set_state(TaskInstanceState.FAILED, session=session)
            run.set_state(DagRunState.FAILED)
            closed.append(run.run_id)
    return closed


def main(arguments: list[str]) -> int:
    """Migrate, mend, run. Exit status 1 when the run failed, 3 when the metadata could not be migrated.

    `--conf JSON` gives the run its parameters.
    """
    dag_id, *rest = arguments
    # No scheduler starts contact_alerts after such a run: it mails itself, whatever the setting. Read by the DAG file.
    os.environ["HOTLINE_ALERTS_BY"] = "run"
    if airflow("db", "migrate") != 0:
        return 3
    ensure_pools()
    for run_id in close_killed_runs(dag_id):
        print(f"closed {run_id}: its process was killed before it ended", flush=True)
    if "--only-prepare" in rest:
        return 0
    return airflow("dags", "test", dag_id, *rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
