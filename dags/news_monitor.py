"""The hourly-to-daily run: poll -> fetch -> extract -> understand -> reconcile -> alert. It wires; the stages work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from pipeline.runtime.schedule import parse_schedule
from pipeline.settings import get_settings

SETTINGS = get_settings()

RUNBOOK = """
### What it does
Polls the feeds, fetches new articles, extracts their text, finds topics and contacts between leaders, settles the
contacts in the warehouse and mails each new one once.

| task | takes | leaves |
|---|---|---|
| `poll` | the feeds of `HOTLINE_FEEDS_FILE` | new items |
| `fetch` (one per batch) | new items | pages, or a reason why not |
| `extract` | pages | articles, or a reason why not |
| `understand` (one per batch) | articles | topics and contact reports |
| `reconcile` | reports | contacts, and alerts in the outbox |
| `alert` | the outbox | e-mails |

### When it fails
A feed or page that fails never fails this run: it is noted with its reason (`mart.feed_health`, page *Leader
contacts*). A task fails only when its **stage** cannot work; its log ends with *What to do*. Every stage takes its work
from a queue in the warehouse and commits results and progress together, so **clearing a failed task, or running the
whole DAG again, is always safe**: nothing is lost and nothing is mailed twice.

1. Read *What to do* in the failed task's log.
2. `hotline doctor` checks the machine, configuration, warehouse, models, mail and feeds.
3. Mend, then clear the failed task (with *downstream*), or just wait for the next run: it takes up what is left.

### Settings
Schedule: `HOTLINE_SCHEDULE` (cron, preset, `15m`, `2h`, `none`). Batch size: `HOTLINE_BATCH_SIZE`. All settings:
`pipeline/settings.py`.
"""


def run(stage: str, limit: int | None = None) -> dict[str, Any]:
    """Run a stage; what no retry can mend fails at once."""
    from pipeline.runtime.stage_task import StageFailed, run_stage

    try:
        return run_stage(stage, limit)
    except StageFailed as fault:
        if fault.retry:
            raise
        raise AirflowFailException(str(fault)) from fault


def wanted(stage: str) -> bool:
    """Whether this run's parameters ask for `stage`."""
    return stage != "alert" or bool(get_current_context()["params"]["send_alerts"])


@dag(
    dag_id="news_monitor",
    dag_display_name="News monitor",
    description="From feeds to contacts between leaders, and one e-mail for each new contact.",
    doc_md=RUNBOOK,
    schedule=parse_schedule(SETTINGS.schedule),
    start_date=datetime(2022, 1, 1),  # noqa: DTZ001 - a DAG's start date is read in Airflow's time zone, UTC
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    tags=["hotline", "news"],
    default_args={
        "owner": "hotline",
        "retries": SETTINGS.task_retries,
        "retry_delay": timedelta(seconds=SETTINGS.task_retry_delay),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=15),
    },
    params={
        "limit": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            title="Items per batch",
            description="At most this many items in each batch of this run. Empty: HOTLINE_BATCH_SIZE.",
        ),
        "send_alerts": Param(
            True,
            type="boolean",
            title="Send e-mails",
            description="Off: alerts stay in the outbox, and the next run with this on sends them.",
        ),
    },
)
def news_monitor() -> None:
    """Wire the stages. XCom carries counts and batch numbers; the work itself waits in the warehouse's queues."""

    def limit() -> int:
        chosen = get_current_context()["params"]["limit"]
        return int(chosen or get_settings().batch_size)

    @task(execution_timeout=timedelta(minutes=20), doc_md="Ask each feed for news, and note the new items.")
    def poll() -> dict[str, Any]:
        return run("poll")

    @task(execution_timeout=timedelta(minutes=5), doc_md="Count the batches that wait for `fetch`.")
    def plan_fetch() -> list[int]:
        from pipeline.runtime.stage_task import batches

        return batches("fetch")

    # One at a time: the pause between two requests to one host is kept inside one process.
    @task(
        execution_timeout=timedelta(minutes=30),
        max_active_tis_per_dag=1,
        map_index_template="batch {{ task.op_kwargs['batch'] }}",
        doc_md="Fetch one batch of pages, politely.",
    )
    def fetch(batch: int) -> dict[str, Any]:
        return run("fetch", limit())

    @task(execution_timeout=timedelta(minutes=60), doc_md="Turn pages into articles: title, text, date, language.")
    def extract() -> dict[str, Any]:
        return run("extract")

    @task(execution_timeout=timedelta(minutes=5), doc_md="Count the batches that wait for `understand`.")
    def plan_understand() -> list[int]:
        from pipeline.runtime.stage_task import batches

        return batches("understand")

    @task(
        execution_timeout=timedelta(minutes=60),
        map_index_template="batch {{ task.op_kwargs['batch'] }}",
        doc_md="Find topics and contact reports in one batch of articles.",
    )
    def understand(batch: int) -> dict[str, Any]:
        return run("understand", limit())

    @task(execution_timeout=timedelta(minutes=60), doc_md="Settle reports into contacts; put new ones in the outbox.")
    def reconcile() -> dict[str, Any]:
        return run("reconcile")

    @task(execution_timeout=timedelta(minutes=20), doc_md="Mail what is in the outbox, each message once.")
    def alert() -> dict[str, Any]:
        return run("alert") if wanted("alert") else {"stage": "alert", "taken": 0, "done": 0}

    polled, fetch_batches = poll(), plan_fetch()
    fetched = fetch.expand(batch=fetch_batches)
    extracted, understand_batches = extract(), plan_understand()
    understood = understand.expand(batch=understand_batches)
    polled >> fetch_batches
    fetched >> extracted >> understand_batches
    understood >> reconcile() >> alert()


news_monitor()
