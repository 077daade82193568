from __future__ import annotations

import json
from pathlib import Path

from pipeline.runtime.journal import Journal, count

POLL = {"stage": "poll", "taken": 12, "done": 74, "refused": {"http_not_found": 1}, "left": 0, "seconds": 1.25}


def test_only_whole_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    assert journal.news() == []
    line = json.dumps(POLL) + "\n"
    path.write_text(line[:20])
    assert journal.news() == []
    path.write_text(line)
    assert journal.news() == ["poll        12 feeds: 74 feeds read; 1 not: http_not_found 1 (1.2 s)"]
    assert journal.news() == []


def test_batches_of_one_stage_add_up(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text(
        json.dumps(POLL | {"stage": "fetch"}) + "\n" + json.dumps(POLL | {"stage": "fetch", "left": 3}) + "\n"
    )
    journal = Journal(path)
    journal.news()
    tally = journal.tallies["fetch"]
    assert (tally.taken, tally.done, tally.left, tally.refused["http_not_found"]) == (24, 148, 3, 2)


def test_an_error_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text(json.dumps({"stage": "poll", "error": "no"}) + "\n")
    journal = Journal(path)
    assert journal.news() == ["poll        no"]
    assert journal.tallies["poll"].errors == ["no"]


def test_nouns_follow_their_number() -> None:
    assert [count(n, w) for n, w in [(1, "feed"), (2, "new item"), (1, "e-mail sent"), (3, "e-mail sent")]] == [
        "1 feed",
        "2 new items",
        "1 e-mail sent",
        "3 e-mails sent",
    ]
