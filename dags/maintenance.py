"""Keeps the warehouse small, quick and watched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task

from pipeline.runtime.dagkit import MENDING, START, default_args, run, step
from pipeline.runtime.pools import MAIL, UPKEEP
from pipeline.runtime.schedule import parse_schedule
from pipeline.settings import get_settings

SETTINGS = get_settings()

RUNBOOK = (
    """
### What it does
| task | does | setting |
|---|---|---|
| `retire` | empties the bytes of settled pages, deletes old polls, empties the words of old mails | `HOTLINE_KEEP_PAGES_DAYS`, `HOTLINE_KEEP_POLLS_DAYS`, `HOTLINE_KEEP_MAILS_DAYS`; 0 keeps all |
| `tidy_revisits` | drops plans to look again at pages that will never be due | `HOTLINE_REVISIT_AFTER` |
| `vacuum` | vacuums and analyses the tables that changed by a twentieth | |
| `report_feeds` | mails ops how the feeds do, once a week | `HOTLINE_OPS_RECIPIENT`; none: no mail |
| `mail` | sends what waits in the outbox | |

Contacts, reports, articles and the record of which mail went to whom are never deleted. Files of the archive are
deleted by the worker that writes them (`HOTLINE_ARCHIVE_DAYS`).

Schedule: `HOTLINE_MAINTENANCE_SCHEDULE`.
"""  # noqa: E501 - a row of a Markdown table is one line
    + MENDING
)


@dag(
    dag_id="maintenance",
    dag_display_name="Maintenance",
    description="Retention, vacuum, and how the feeds do.",
    doc_md=RUNBOOK,
    schedule=parse_schedule(SETTINGS.maintenance_schedule, "HOTLINE_MAINTENANCE_SCHEDULE"),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    tags=["hotline", "upkeep"],
    default_args=default_args(),
)
def maintenance() -> None:
    """Each step stands alone; one that fails keeps the vacuum from running, not the mail to ops."""

    @task(pool=UPKEEP, execution_timeout=timedelta(hours=2), doc_md="Let go of what is older than the settings say.")
    def retire() -> dict[str, Any]:
        from pipeline.runtime.upkeep import retire as work

        return step("retire", work)

    @task(pool=UPKEEP, execution_timeout=timedelta(minutes=20), doc_md="Drop revisits that will never be due.")
    def tidy_revisits() -> dict[str, Any]:
        from pipeline.runtime.upkeep import tidy_revisits as work

        return step("tidy_revisits", work)

    @task(pool=UPKEEP, execution_timeout=timedelta(hours=4), doc_md="Vacuum and analyse what changed.")
    def vacuum() -> dict[str, Any]:
        from pipeline.runtime.upkeep import vacuum as work

        return step("vacuum", work)

    @task(execution_timeout=timedelta(minutes=5), doc_md="Write ops' weekly mail of how the feeds do.")
    def report_feeds() -> dict[str, Any]:
        from pipeline.runtime.upkeep import report_feeds as work

        return step("report_feeds", work)

    @task(pool=MAIL, execution_timeout=timedelta(minutes=20), doc_md="Mail what is in the outbox, each message once.")
    def mail() -> dict[str, Any]:
        return run("alert")

    [retire(), tidy_revisits()] >> vacuum()
    report_feeds() >> mail()


maintenance()
