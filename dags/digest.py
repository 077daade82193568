"""Digests of the alert rules, soon after their period has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, task

from pipeline.runtime.dagkit import MENDING, START, default_args, run
from pipeline.runtime.pools import MAIL
from pipeline.runtime.schedule import parse_schedule
from pipeline.settings import get_settings

SETTINGS = get_settings()

RUNBOOK = (
    """
### What it does
Writes the digests that are due (rules of `config/alerts.yaml` with a daily or weekly delivery) and mails what waits in
the outbox. Each reader has one digest for each period, written by the first run after its end, of whichever DAG; this
one makes sure that there is such a run, however seldom `news_monitor` runs.

Schedule: `HOTLINE_DIGEST_SCHEDULE`; `none` leaves digests to the DAG that mails: `news_monitor`, or
`contact_alerts` with `HOTLINE_ALERTS_BY=asset`.
"""
    + MENDING
)


@dag(
    dag_id="digest",
    dag_display_name="Digests",
    description="Daily and weekly digests, when they are due.",
    doc_md=RUNBOOK,
    schedule=parse_schedule(SETTINGS.digest_schedule, "HOTLINE_DIGEST_SCHEDULE"),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    tags=["hotline", "alerts"],
    default_args=default_args(),
)
def digest() -> None:
    """One task; the outbox itself keeps it from mailing twice."""

    @task(pool=MAIL, execution_timeout=timedelta(minutes=20), doc_md="Write the digests that are due, and mail.")
    def mail() -> dict[str, Any]:
        return run("alert")

    mail()


digest()
