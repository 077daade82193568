"""News of the past, day by day, from files: our own archive, or WARC and JSON Lines of others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import CronDataIntervalTimetable, Param, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from pipeline.runtime.dagkit import (
    CONTACTS,
    MENDING,
    START,
    check_quality,
    days_of_run,
    default_args,
    param,
    plan,
    run,
    step,
    tell,
)
from pipeline.runtime.pools import EXTRACT, SETTLE, UNDERSTAND, UPKEEP
from pipeline.settings import get_settings

RUNBOOK = (
    """
### What it does
Feeds hold only their newest entries; the past comes from files. One run takes the news of some days out of `source`,
and does with it what `news_monitor` does with fresh news. Old contacts are not mailed as new
(`HOTLINE_ALERT_MAX_AGE_DAYS`).

* **One run by hand**: give `source`, and `from` and `to` (both included).
* **A backfill**: *Trigger, Backfill* in the UI, or
  `airflow backfill create --dag-id backfill_archive --from-date 2022-02-01 --to-date 2022-02-28 --dag-run-conf '{"source": "cc-news"}'`.
  Each run takes the day of its data interval. Switch the DAG on first: Airflow starts no run of a paused one.
* A scheduled run has no source, and skips.

`source` is `archive` (what this installation fetched), or a file or folder below `HOTLINE_IMPORT_DIR`: `*.warc`,
`*.warc.gz`, `*.jsonl`. A file with a day in its name (`...20220212...`, `...2022-02-12...`) is only opened for that day
and the next; others are read for every day. A page's day is when it was fetched, an article's when it was published.

What is known is passed over, and progress is kept every hundred pages: a run may be repeated, killed and cleared.
"""  # noqa: E501 - a command to copy is one line
    + MENDING
)


@dag(
    dag_id="backfill_archive",
    dag_display_name="Backfill from an archive",
    description="News of past days from WARC or JSON Lines files.",
    doc_md=RUNBOOK,
    schedule=CronDataIntervalTimetable("@daily", timezone="UTC"),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    # Its schedule is there for backfills alone.
    is_paused_upon_creation=True,
    dagrun_timeout=timedelta(hours=24),
    tags=["hotline", "backfill"],
    default_args=default_args(),
    params={
        "source": Param(
            None,
            type=["null", "string"],
            minLength=1,
            maxLength=500,
            title="Source",
            description='"archive", or a file or folder below HOTLINE_IMPORT_DIR.',
        ),
        "from": Param(
            None,
            type=["null", "string"],
            format="date",
            title="First day",
            description="Empty: the day of the run's data interval.",
        ),
        "to": Param(
            None, type=["null", "string"], format="date", title="Last day", description="Included. Empty: one day."
        ),
        "any_site": Param(
            False, type="boolean", title="Any site", description="Also pages of sites that no feed belongs to."
        ),
        "again": Param(
            False, type="boolean", title="Again", description="Also pages whose address was fetched before."
        ),
    },
)
def backfill_archive() -> None:
    """Bring in, then the same stages as news_monitor over the same queues."""

    @task(
        pool=UPKEEP,
        execution_timeout=timedelta(hours=12),
        doc_md="Queue the news of the run's days.",
    )
    def bring_in() -> dict[str, Any]:
        from pipeline.runtime.upkeep import bring_in as work

        source = param("source")
        if source is None:
            if get_current_context()["dag_run"].run_type == "manual":
                raise AirflowFailException(
                    'Give the parameter `source`: "archive", or a path below HOTLINE_IMPORT_DIR.'
                )
            raise AirflowSkipException("A scheduled run has no source. Use a backfill with a source, or a run by hand.")
        days = days_of_run(param("from"), param("to"))
        return step("bring_in", lambda context: work(context, source, days, param("any_site"), param("again")))

    @task(pool=EXTRACT, execution_timeout=timedelta(hours=6), doc_md="Turn pages into articles.")
    def extract() -> dict[str, Any]:
        return run("extract")

    @task(execution_timeout=timedelta(minutes=5), doc_md="Count the batches that wait for `understand`.")
    def plan_understand() -> list[int]:
        return plan("understand")

    @task(
        pool=UNDERSTAND,
        execution_timeout=timedelta(minutes=60),
        map_index_template="batch {{ task.op_kwargs['batch'] }}",
        doc_md="Find topics and contact reports in one batch of articles.",
    )
    def understand(batch: int) -> dict[str, Any]:
        return run("understand", get_settings().batch_size)

    @task(pool=SETTLE, execution_timeout=timedelta(hours=2), doc_md="Settle reports into contacts.")
    def reconcile() -> dict[str, Any]:
        return run("reconcile")

    @task(outlets=[CONTACTS], execution_timeout=timedelta(minutes=60), doc_md="Check the data (sql/quality/).")
    def check(counts: dict[str, Any]) -> dict[str, Any]:
        checked = check_quality()
        tell(sent=False, settled=counts["done"])
        return checked

    batches = plan_understand()
    bring_in() >> extract() >> batches
    settled = reconcile()
    understand.expand(batch=batches) >> settled
    check(settled)


backfill_archive()
