"""What became of a contact: a table of histories."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.domain import Status, StoredReport
from pipeline.reconcile.standing import standing

Report = Callable[..., StoredReport]

HISTORIES = {
    "told once": (["12T18 occurred"], "occurred"),
    "a lone denial": (["12T18 denied"], "denied"),
    "planned, then held": (["11T09 planned", "12T18 occurred"], "occurred"),
    "a preview printed after the news": (["12T18 occurred", "12T20 planned"], "occurred"),
    "under way, then over": (["12T18 ongoing", "12T20 occurred"], "occurred"),
    "under way": (["12T18 ongoing"], "ongoing"),
    "planned, then called off": (["10T09 planned", "11T09 cancelled"], "cancelled"),
    "called off, and a slow outlet's preview that evening": (["11T09 cancelled", "11T19 planned"], "cancelled"),
    "called off, and planned anew days later": (["08T09 cancelled", "11T09 planned"], "planned"),
    "called off, then held after all": (["11T09 cancelled", "12T18 occurred"], "occurred"),
    "proposed, then agreed": (["08T09 proposed", "11T09 planned"], "planned"),
    "a plan that is denied": (["10T09 planned", "10T15 denied"], "denied"),
    "told by one, denied by one": (["12T18 occurred", "12T20 denied"], "denied"),
    "told by two, denied by one": (["12T18 occurred", "12T19 occurred", "12T20 denied"], "occurred"),
    "told by one, called off by one afterwards": (["12T18 occurred", "12T20 cancelled"], "occurred"),
    "denied, then admitted": (["12T18 denied", "12T20 occurred"], "occurred"),
}


@pytest.mark.parametrize(("history", "outcome"), HISTORIES.values(), ids=HISTORIES)
def test_standing(history: list[str], outcome: str, report: Report) -> None:
    reports = []
    for i, line in enumerate(history, 1):
        when, status = line.split()
        reports.append(report(i, status=status, told=f"2022-02-{when}:00"))
    assert standing(reports) is Status(outcome)
    assert standing(reports[::-1]) is Status(outcome)
