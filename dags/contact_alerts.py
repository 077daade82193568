"""Mails what others' runs left in the outbox, as soon as contacts were settled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from pipeline.runtime.dagkit import CONTACTS, MENDING, START, default_args, run
from pipeline.runtime.pools import MAIL

RUNBOOK = (
    """
### What it does
Sends the e-mails that wait in the outbox, each once. It starts when contacts were settled: whenever the asset
`hotline://warehouse/contacts` is updated. Where the run that settled them mails by itself (`news_monitor` does, unless
`HOTLINE_ALERTS_BY=asset`), there is nothing left to do, and the task is skipped. Started by hand, it always sends.
"""
    + MENDING
)


@dag(
    dag_id="contact_alerts",
    dag_display_name="Contact alerts",
    description="The outbox -> e-mails, started when contacts were settled.",
    doc_md=RUNBOOK,
    schedule=[CONTACTS],
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    tags=["hotline", "alerts"],
    default_args=default_args(),
)
def contact_alerts() -> None:
    """One task; the outbox itself keeps it from mailing twice."""

    @task(pool=MAIL, execution_timeout=timedelta(minutes=20), doc_md="Mail what is in the outbox, each message once.")
    def alert() -> dict[str, Any]:
        events = [event for group in get_current_context()["triggering_asset_events"].values() for event in group]
        if events and all(event.extra.get("mailed_by_run") for event in events):
            raise AirflowSkipException("The run that settled these contacts mails by itself, or was told not to.")
        return run("alert")

    alert()


contact_alerts()
