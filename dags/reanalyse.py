"""History read anew with today's models and rules: what would change first, then a person's word, then the commit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param, dag, task

from pipeline.runtime.dagkit import CONTACTS, MENDING, START, check_quality, default_args, param, step, tell
from pipeline.runtime.pools import SETTLE

RUNBOOK = (
    """
### What it does
After a new model, or a change of rules or leaders: reads the articles of `from` to `to` again, and derives their
contacts anew.

1. `report` does all of it and rolls it back: what would be new, changed, merged, withdrawn.
2. `approve` waits for a person (*Required actions* in the UI). Nobody answers for seven days: rejected.
3. `commit` does it again and commits. Identities of contacts stay; **nobody is mailed**.
4. `check` checks the data.

Both runs read every article whose reading is of an older version: twice the time of one. While they work, news is still
fetched and read, and settled afterwards.

The same at a terminal: `hotline rebuild --reanalyse`.
"""
    + MENDING
)

DAY = {"type": ["null", "string"], "format": "date"}


@dag(
    dag_id="reanalyse",
    dag_display_name="Read history anew",
    description="Articles read again with today's models and rules, behind a person's approval.",
    doc_md=RUNBOOK,
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    # Two runs over the history, and a week for the answer.
    dagrun_timeout=timedelta(days=10),
    tags=["hotline", "rebuild"],
    default_args=default_args(),
    params={
        "from": Param(
            None, **DAY, title="First day", description="Reports of this day or later. Empty: from the first."
        ),
        "to": Param(None, **DAY, title="Last day", description="Reports of this day or earlier. Empty: to the last."),
        "leader": Param(
            None,
            type=["null", "string"],
            minLength=2,
            maxLength=100,
            title="Leader",
            description="Part of a name, a country code, or a Wikidata id. Empty: all.",
        ),
    },
)
def reanalyse() -> None:
    """Report, approve, commit, check."""

    def derive(commit: bool) -> dict[str, Any]:
        from pipeline.runtime.upkeep import reanalyse as work

        return step("reanalyse", lambda context: work(context, param("from"), param("to"), param("leader"), commit))

    @task(pool=SETTLE, execution_timeout=timedelta(hours=24), doc_md="What would be otherwise; nothing is committed.")
    def report() -> dict[str, Any]:
        return derive(commit=False)

    approve = ApprovalOperator(
        task_id="approve",
        subject="Hotline: take over what today's models and rules make of history?",
        body="{{ ti.xcom_pull(task_ids='report')['report'] }}",
        # Silence is no approval.
        defaults=ApprovalOperator.REJECT,
        response_timeout=timedelta(days=7),
        doc_md="Read the report, then approve or reject. Rejected, or after seven days: nothing is changed.",
    )

    @task(pool=SETTLE, execution_timeout=timedelta(hours=24), doc_md="Do it again, and commit it.")
    def commit() -> dict[str, Any]:
        return derive(commit=True)

    @task(outlets=[CONTACTS], execution_timeout=timedelta(minutes=60), doc_md="Check the data (sql/quality/).")
    def check() -> dict[str, Any]:
        checked = check_quality()
        # A rebuild mails nobody.
        tell(sent=True)
        return checked

    report() >> approve >> commit() >> check()


reanalyse()
