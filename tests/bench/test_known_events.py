"""Events that are known, counted among the contacts that a month of items becomes."""

from datetime import date
from pathlib import Path

import pytest

from bench.known_events import Event, gather, read_known, row_of, settle

TALKS = Event("Kyiv talks", ("Scholz", "Zelensk"), date(2022, 2, 14), date(2022, 2, 15))


def item(number: int, day: str, title: str, summary: str) -> dict[str, str]:
    link = f"https://outlet.example/{number}"
    feed = f"https://feed{number}.example/rss"
    return {"feed": feed, "published": f"{day}T18:00:00+00:00", "title": title, "summary": summary, "link": link}


ITEMS = [
    item(
        1,
        "2022-02-14",
        "Scholz visits Kyiv",
        "Chancellor Olaf Scholz met President Volodymyr Zelensky in Kyiv on Monday.",
    ),
    item(2, "2022-02-14", "Talks in Kyiv", "Olaf Scholz and Volodymyr Zelenskyy met for talks in Kyiv on Monday."),
    item(3, "2022-02-14", "Markets", "Shares fell in Frankfurt as Scholz spoke of the budget."),
    item(4, "2022-03-14", "A month on", "Olaf Scholz met Volodymyr Zelensky in Kyiv on Monday."),
]


def test_items_that_name_all_leaders_in_the_days_around_are_read_once() -> None:
    chosen = gather([*ITEMS, ITEMS[0]], [TALKS])
    assert [(i["link"][-1], told) for i, told in chosen] == [("1", {"Kyiv talks"}), ("2", {"Kyiv talks"})]


def test_two_reports_of_a_meeting_are_one_event() -> None:
    contacts, reports = settle(ITEMS[:2])
    row, found = row_of(TALKS, 2, contacts, reports)
    assert row[-1] == "once"
    assert [len(c.report_ids) for c in found] == [2]


def test_what_is_told_twice_or_not_at_all_is_said() -> None:
    contacts, reports = settle(ITEMS[:2])
    assert row_of(TALKS, 2, [*contacts, *contacts], reports)[0][-1] == "twice"
    assert row_of(TALKS, 2, [], reports)[0][-1] == "missed"


def test_an_event_that_ends_before_it_begins_is_named(tmp_path: Path) -> None:
    file = tmp_path / "events.yaml"
    file.write_text("events:\n  - {name: Back, leaders: [A, B], from: 2022-02-02, to: 2022-02-01}\n")
    with pytest.raises(ValueError, match=r"events\.yaml.*Back"):
        read_known(file)


def test_the_ten_events_of_the_file_are_in_order() -> None:
    assert len(read_known()) == 10
