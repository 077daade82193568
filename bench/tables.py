"""Scores as Markdown tables, ready for docs/BENCHMARKS.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bench.scoring import Mark, Value, by_topic, f1, overall, share, sliced


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shown(value: Value) -> str:
    """Three decimals, or a dash where nothing was measured."""
    return "-" if value.share is None else f"{value.share:.3f}"


def whole(marks: Sequence[Mark]) -> str:
    """Every measure, its value and over how many."""
    return table(["measure", "value", "of"], ([name, shown(v), str(v.of)] for name, v in overall(marks).items()))


def columns(runs: Mapping[str, Sequence[Mark]]) -> str:
    """Every measure as a row, every run as a column."""
    scores = {name: overall(marks) for name, marks in runs.items()}
    measures = list(next(iter(scores.values())))
    return table(["measure", *scores], ([m, *(shown(s[m]) for s in scores.values())] for m in measures))


def by_field(marks: Sequence[Mark], field: str) -> str:
    """What an e-mail hangs on and core, for every value of a field of the articles."""
    rows = []
    for value, group in sliced(marks, field).items():
        alert = [share(group, "alert precision"), share(group, "alert recall")]
        core, date = f1(group, "core"), share(group, "date")
        rows.append([value, *map(shown, (*alert, core, date)), str(core.of)])
    return table([field, "alert precision", "alert recall", "core F1", "date", "contacts"], rows)


def by_kind(marks: Sequence[Mark], field: str) -> str:
    """Core recall by gold mode or status, core precision by the found one."""
    rows = []
    for value, group in sliced(marks, field).items():
        recall, precision = share(group, "core recall"), share(group, "core precision")
        rows.append([value, shown(recall), str(recall.of), shown(precision), str(precision.of)])
    return table([field, "core recall", "in gold", "core precision", "found"], rows)


def topics(marks: Sequence[Mark]) -> str:
    """F1 by topic."""
    rows = ([topic, shown(v), str(v.of)] for topic, v in by_topic(marks).items())
    return table(["topic", "F1", "in gold"], rows)


def report(marks: Sequence[Mark], by: Sequence[str] = ()) -> str:
    """All tables, one below the other."""
    parts = [whole(marks), *(by_field(marks, f) for f in by), by_kind(marks, "mode"), by_kind(marks, "status")]
    return "\n\n".join([*parts, topics(marks)])
