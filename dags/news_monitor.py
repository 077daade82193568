"""The hourly-to-daily run: poll -> fetch -> extract -> understand -> reconcile -> alert. It wires; the stages work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, task

from pipeline.runtime.dagkit import (
    ARTICLES,
    CONTACTS,
    ITEMS,
    OUTBOX,
    PAGES,
    REPORTS,
    START,
    check_quality,
    default_args,
    param,
    plan,
    run,
    tell,
)
from pipeline.runtime.pools import EXTRACT, MAIL, SETTLE, UNDERSTAND, WEB
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
| `check` | the warehouse | an event of the asset `hotline://warehouse/contacts`, or a failure with the rows at fault |
| `alert` | the outbox | e-mails (with `HOTLINE_ALERTS_BY=asset` the DAG `contact_alerts` does this) |

### When it fails
A feed or page that fails never fails this run: it is noted with its reason (`mart.feed_health`, page *Leader
contacts*). A task fails only when its **stage** cannot work; its log ends with *What to do*. Every stage takes its work
from a queue in the warehouse and commits results and progress together, so **clearing a failed task, or running the
whole DAG again, is always safe**: nothing is lost and nothing is mailed twice.

If `check` fails, the data break a promise: its log has the rows and what to do about each. Mail does not wait for it (a
late alert is worth little), but the asset is not updated, so DAGs that hang on it do not read such data; with
`HOTLINE_ALERTS_BY=asset` that is `contact_alerts` too, and mail then waits until `check` passes or `digest` runs.

1. Read *What to do* in the failed task's log.
2. `hotline doctor` checks the machine, configuration, warehouse, models, mail and feeds.
3. Mend, then clear the failed task (with *downstream*), or just wait for the next run: it takes up what is left.

### Settings
Pools (*Admin, Pools*) say how many tasks of a kind run at once: `hotline_web` stays at 1, `hotline_extract` and
`hotline_understand` may have as many slots as there are cores. Schedule: `HOTLINE_SCHEDULE` (cron, preset, `15m`, `2h`,
`none`). Batch size: `HOTLINE_BATCH_SIZE`. All settings: `pipeline/settings.py`.
"""


@dag(
    dag_id="news_monitor",
    dag_display_name="News monitor",
    description="From feeds to contacts between leaders, and one e-mail for each new contact.",
    doc_md=RUNBOOK,
    schedule=parse_schedule(SETTINGS.schedule),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    tags=["hotline", "news"],
    default_args=default_args(),
    params={
        "limit": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            title="Items per batch",
            maximum=5000,
            description="At most this many items in each batch of this run. Empty: HOTLINE_BATCH_SIZE.",
        ),
        "send_alerts": Param(
            True,
            type="boolean",
            title="Send e-mails",
            description="Off: this run mails nobody; what waits in the outbox goes out with the next run that mails.",
        ),
    },
)
def news_monitor() -> None:
    """Wire the stages. XCom carries counts and batch numbers; the work itself waits in the warehouse's queues."""

    def limit() -> int:
        return int(param("limit") or get_settings().batch_size)

    @task(
        pool=WEB,
        outlets=[ITEMS],
        execution_timeout=timedelta(minutes=20),
        doc_md="Ask each feed for news, and note the new items.",
    )
    def poll() -> dict[str, Any]:
        return run("poll")

    @task(execution_timeout=timedelta(minutes=5), doc_md="Count the batches that wait for `fetch`.")
    def plan_fetch() -> list[int]:
        return plan("fetch")

    @task(
        pool=WEB,
        inlets=[ITEMS],
        outlets=[PAGES],
        execution_timeout=timedelta(minutes=30),
        map_index_template="batch {{ task.op_kwargs['batch'] }}",
        doc_md="Fetch one batch of pages, politely.",
    )
    def fetch(batch: int) -> dict[str, Any]:
        return run("fetch", limit())

    @task(
        pool=EXTRACT,
        inlets=[PAGES],
        outlets=[ARTICLES],
        execution_timeout=timedelta(minutes=60),
        doc_md="Turn pages into articles: title, text, date, language.",
    )
    def extract() -> dict[str, Any]:
        return run("extract")

    @task(execution_timeout=timedelta(minutes=5), doc_md="Count the batches that wait for `understand`.")
    def plan_understand() -> list[int]:
        return plan("understand")

    @task(
        pool=UNDERSTAND,
        inlets=[ARTICLES],
        outlets=[REPORTS],
        execution_timeout=timedelta(minutes=60),
        map_index_template="batch {{ task.op_kwargs['batch'] }}",
        doc_md="Find topics and contact reports in one batch of articles.",
    )
    def understand(batch: int) -> dict[str, Any]:
        return run("understand", limit())

    @task(
        pool=SETTLE,
        inlets=[REPORTS],
        outlets=[OUTBOX],
        execution_timeout=timedelta(minutes=60),
        doc_md="Settle reports into contacts; put new ones in the outbox.",
    )
    def reconcile() -> dict[str, Any]:
        return run("reconcile")

    @task(
        inlets=[REPORTS],
        outlets=[CONTACTS],
        execution_timeout=timedelta(minutes=60),
        doc_md="Check the data (sql/quality/). A broken promise fails this task, with the rows.",
    )
    def check(counts: dict[str, Any]) -> dict[str, Any]:
        checked = check_quality()
        # `send_alerts` off means that nobody mails now, so the asset's DAG must not either.
        tell(sent=SETTINGS.alerts_by == "run" or not param("send_alerts"), settled=counts["done"])
        return checked

    polled, fetch_batches = poll(), plan_fetch()
    fetched = fetch.expand(batch=fetch_batches)
    extracted, understand_batches = extract(), plan_understand()
    understood = understand.expand(batch=understand_batches)
    settled = reconcile()
    polled >> fetch_batches
    fetched >> extracted >> understand_batches
    understood >> settled
    check(settled)

    if SETTINGS.alerts_by == "run":

        @task(
            pool=MAIL,
            inlets=[OUTBOX],
            execution_timeout=timedelta(minutes=20),
            doc_md="Mail what is in the outbox, each message once.",
        )
        def alert() -> dict[str, Any]:
            return run("alert") if param("send_alerts") else {"stage": "alert", "taken": 0, "done": 0}

        settled >> alert()


news_monitor()
