"""The work behind DAGs that are no stage, for `step`: each takes a StageContext first."""

from __future__ import annotations

import json
import logging
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.runtime.stage_task import StageFailed
from pipeline.stages.backfill import bring_in
from pipeline.stages.context import StageContext
from pipeline.stages.maintenance import report_feeds, retire, tidy_revisits, vacuum

__all__ = ["bring_in", "check", "reanalyse", "report_feeds", "retire", "tidy_revisits", "vacuum"]

log = logging.getLogger("hotline.stage")

# Of what a check finds, and of what a rebuild would change: enough to judge by, and small enough for XCom.
MOST_ROWS = 10
MOST_DIFFERENCES = 100
# Airflow's clock may be ahead of the database's.
SLACK = timedelta(minutes=10)


def check(context: StageContext, since: datetime | None) -> dict[str, Any]:
    """Check the data; returns what was found. Raises StageFailed, not to be retried, if a promise is broken."""
    from pipeline.warehouse.quality import run_checks

    with context.connection() as connection:
        results = run_checks(connection, now=context.now(), since=since - SLACK if since else None)
        # Before anything is raised: the page shows what was found.
        connection.commit()
    for result in results:
        log.log(logging.INFO if result.fine else logging.WARNING, "quality: %s", result.summary)
    if broken := [result for result in results if result.failed]:
        lines = []
        for result in broken:
            lines += [f"- {result.summary}"]
            lines += [f"    {json.dumps(row, ensure_ascii=False, default=str)}" for row in result.rows[:MOST_ROWS]]
        raise StageFailed(
            f"The data break {len(broken)} of {len(results)} promises:\n" + "\n".join(lines) + "\nWhat to do: as said "
            "with each; `hotline quality` shows all rows. Mend, then clear this task: the asset is updated by it.",
            retry=False,
        )
    return {"checks": len(results), "found": {r.name: r.found for r in results if not r.fine}}


def reanalyse(
    context: StageContext, first: str | None, last: str | None, leader: str | None, commit: bool
) -> dict[str, Any]:
    """Read articles anew and derive their contacts; commit, or roll back and only tell what would be otherwise.

    `first` and `last` are days, YYYY-MM-DD. Returns counts and `report`, Markdown of a few kilobytes.
    """
    from pipeline.stages.rebuild import as_json, rebuild
    from pipeline.stages.understand import analyser_of
    from pipeline.warehouse.rebuild import Scope

    scope = Scope(date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None, leader)
    with context.connection() as connection:
        outcome = rebuild(connection, scope, context.now(), analyser_of(context.settings), log.info)
        (connection.commit if commit else connection.rollback)()
    counts = {kind: count for kind, count in outcome.counts.items() if count}
    lines = [
        f"{outcome.articles:,} articles looked at, {outcome.reread:,} read anew.",
        f"{outcome.reports:,} reports settled into {outcome.contacts:,} contacts.",
        "",
        ", ".join(f"**{count:,} {kind}**" for kind, count in counts.items()) or "Nothing is otherwise.",
        "",
    ]
    found = list(outcome.differences.values())
    # Code blocks: what the web wrote is shown as it is, and makes no links.
    lines += ["```", *(as_json(one).replace("`", "'")[:400] for one in found[:MOST_DIFFERENCES]), "```"]
    if len(found) > MOST_DIFFERENCES:
        lines.append(f"... and {len(found) - MOST_DIFFERENCES:,} more: `hotline rebuild --reanalyse --json` shows all.")
    return {"differences": len(found), "counts": counts, "committed": commit, "report": "\n".join(lines)}
