"""What our DAGs share: the asset, who owns them, how often and how long they try. Each parse imports it: keep it light.

Not for code outside Airflow: importing this imports Airflow.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from airflow.sdk import Asset, get_current_context
from airflow.sdk.exceptions import AirflowFailException

from pipeline.settings import get_settings

if TYPE_CHECKING:
    from pipeline.stages.context import StageContext

Result = TypeVar("Result")

# Emitted whenever contacts were settled and checked. Other people's DAGs may hang on it: `schedule=[Asset("...")]`.
CONTACTS = Asset("hotline://warehouse/contacts", group="hotline")
# The tables between the stages, for who draws the way of the data: lineage.py says which table each one is.
ITEMS, PAGES, ARTICLES, REPORTS, OUTBOX = (
    Asset(f"hotline://warehouse/{name}", group="hotline")
    for name in ("items", "pages", "articles", "reports", "outbox")
)

OWNER = "hotline"
START = datetime(2022, 1, 1)  # noqa: DTZ001 - a DAG's start date is read in Airflow's time zone, UTC

# What every runbook ends with.
MENDING = """
### When it fails
Every task is safe to clear, and the whole DAG safe to run again: results and progress are committed together, and
nothing is mailed twice.

1. Read *What to do* at the end of the failed task's log.
2. `hotline doctor` checks the machine, configuration, warehouse, models and mail.
3. Mend, then clear the failed task (with *downstream*), or wait for the next run.
"""


def default_args() -> dict[str, Any]:
    """Owner, and tries with growing pauses. Each task adds its own timeout and pool."""
    settings = get_settings()
    return {
        "owner": OWNER,
        "retries": settings.task_retries,
        "retry_delay": timedelta(seconds=settings.task_retry_delay),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=15),
    }


def run(stage: str, limit: int | None = None) -> dict[str, Any]:
    """Run a stage; what no retry can mend fails at once."""
    from pipeline.runtime.stage_task import run_stage

    return final(lambda: run_stage(stage, limit))


def step(name: str, work: Callable[[StageContext], dict[str, Any]]) -> dict[str, Any]:
    """Run some other piece of work on the warehouse, noted as `name`; what no retry can mend fails at once."""
    from pipeline.runtime.stage_task import run_step

    return final(lambda: run_step(name, work))


def check_quality() -> dict[str, Any]:
    """Check the data; what was written before this run is left out of the costly checks.

    Fails at once, with the rows, if the data break a promise: no retry mends that.
    """
    from pipeline.runtime.upkeep import check

    began = get_current_context()["dag_run"].start_date
    return step("quality", lambda context: check(context, began))


def final(work: Callable[[], Result]) -> Result:
    """Do `work`; a failure that another try cannot mend ends the task without one."""
    from pipeline.runtime.stage_task import StageFailed

    try:
        return work()
    except StageFailed as fault:
        if fault.retry:
            raise
        raise AirflowFailException(str(fault)) from fault


def plan(stage: str) -> list[int]:
    """Numbers of the batches that wait before `stage`."""
    from pipeline.runtime.stage_task import batches

    return final(lambda: batches(stage))


def param(name: str) -> Any:
    """A parameter of this run, as given in the UI or its default."""
    return get_current_context()["params"][name]


def days_of_run(first: str | None, last: str | None) -> tuple[date, date]:
    """The days that a run is for: those given, both inclusive, else those of its data interval (UTC).

    Raises AirflowFailException for days in the wrong order, and where a run has neither.
    """
    if last and not first:
        raise AirflowFailException("`to` is given and `from` is not. Give `from` too, or neither: clear, or run again.")
    if first:
        days = date.fromisoformat(first), date.fromisoformat(last or first)
        if days[0] > days[1]:
            raise AirflowFailException(f"`from` {first} lies after `to` {last}. Swap them and run again.")
        return days
    context = get_current_context()
    start, end = context.get("data_interval_start"), context.get("data_interval_end")
    if start is None or end is None:
        raise AirflowFailException("This run has no data interval: give `from` and `to`.")
    # Airflow's intervals end before their end; one of no length is its own day.
    return start.date(), max(start, end - timedelta(microseconds=1)).date()


def tell(sent: bool, **facts: Any) -> None:
    """Say beside the asset's event whether mail of these contacts is out already, so that nobody mails them again."""
    get_current_context()["outlet_events"][CONTACTS].extra = {"mailed_by_run": sent, **facts}
