"""Feeds and what they tell: seen twice is known once, whatever feeds do to ids and titles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.domain import FeedEntry, FeedSource, Reason
from pipeline.warehouse.feeds import (
    FeedState,
    PollRecord,
    add_entries,
    feed_states,
    pause,
    record_poll,
    sync_feeds,
    weight,
)

NOW = datetime(2022, 2, 13, 9, 0, tzinfo=UTC)
House = Any


def entry(entry_id: str = "id-1", link: str | None = "http://n.test/a", title: str = "A") -> FeedEntry:
    return FeedEntry(entry_id, link, title, "summary", NOW, None, "author")


def poll(reason: Reason | None = None, **changes: Any) -> PollRecord:
    good = PollRecord("courier", NOW, 0.5, 200, None, None, False, 3, 2, '"v1"', "Sat", ("no dates",))
    return replace(good, reason=reason, **changes)


def test_an_entry_told_again_is_no_new_item(house: House) -> None:
    assert (
        add_entries(house.conn, "courier", [("n.test/a", entry()), ("n.test/b", entry("id-2", "http://n.test/b"))], NOW)
        == 2
    )
    assert add_entries(house.conn, "courier", [("n.test/a", entry())], NOW + timedelta(days=1)) == 0
    assert house.rows("SELECT url_key, discovered_at FROM staging.item ORDER BY 1") == [
        ("n.test/a", NOW),
        ("n.test/b", NOW),
    ]
    assert house.one("SELECT count(*) FROM staging.sighting") == 2


def test_a_changed_id_or_title_is_a_sighting_of_the_same_item(house: House) -> None:
    add_entries(house.conn, "courier", [("n.test/a", entry())], NOW)
    for changed in (entry("id-1#2"), entry(title="A, updated")):
        assert add_entries(house.conn, "courier", [("n.test/a", changed)], NOW) == 0
    assert house.rows("SELECT entry_id, title FROM staging.sighting ORDER BY 1, 2") == [
        ("id-1", "A"),
        ("id-1", "A, updated"),
        ("id-1#2", "A"),
    ]
    assert house.one("SELECT title FROM staging.item") == "A"


def test_one_address_from_two_feeds_is_one_item_seen_twice(house: House) -> None:
    assert add_entries(house.conn, "courier", [("n.test/a", entry())], NOW) == 1
    assert add_entries(house.conn, "herald", [("n.test/a", entry())], NOW) == 0
    assert house.rows("SELECT feed_id FROM staging.sighting ORDER BY 1") == [("courier",), ("herald",)]


def test_one_address_twice_in_one_feed_is_one_item(house: House) -> None:
    twice = [("n.test/a", entry("id-1")), ("n.test/a", entry("id-2", title="B"))]
    assert add_entries(house.conn, "courier", twice, NOW) == 1
    assert house.one("SELECT title FROM staging.item") == "A"
    assert house.one("SELECT count(*) FROM staging.sighting") == 2


def test_an_entry_without_link_is_passed_over(house: House) -> None:
    assert add_entries(house.conn, "courier", [("", entry(link=None))], NOW) == 0


def test_what_no_database_text_can_hold_is_replaced(house: House) -> None:
    add_entries(house.conn, "courier", [("n.test/a", entry(title="a\x00b\ud800c"))], NOW)
    assert house.one("SELECT title FROM staging.item") == "a\ufffdb\ufffdc"


def test_an_address_longer_than_an_index_allows_is_kept(house: House) -> None:
    long = "n.test/" + "x" * 9000
    assert add_entries(house.conn, "courier", [(long, entry())], NOW) == 1
    assert add_entries(house.conn, "courier", [(long, entry())], NOW) == 0


def test_a_feed_no_longer_configured_is_inactive_and_comes_back_with_its_history(house: House) -> None:
    record_poll(house.conn, poll())
    herald = FeedSource("herald", "http://herald.test/rss", "Herald", "herald")
    courier = FeedSource("courier", "http://courier.test/rss", "The Courier", "courier")
    sync_feeds(house.conn, [herald], NOW)
    assert list(feed_states(house.conn)) == ["herald"]
    sync_feeds(house.conn, [herald, courier], NOW)
    assert feed_states(house.conn)["courier"].etag == '"v1"'


def test_a_feed_with_a_new_address_starts_afresh(house: House) -> None:
    record_poll(house.conn, poll())
    record_poll(house.conn, poll(Reason.HTTP_GONE))
    sync_feeds(house.conn, [FeedSource("courier", "http://new.test/rss", "The Courier", "courier")], NOW)
    assert feed_states(house.conn) == {"courier": FeedState("courier", None, None, 0.0, None, last_polled_at=NOW)}


def test_an_outlet_is_kept_in_step_with_the_configuration(house: House) -> None:
    sync_feeds(house.conn, [FeedSource("courier", "http://courier.test/rss", "The Courier", "new owner")], NOW)
    assert house.one("SELECT family FROM core.outlet WHERE name = 'The Courier'") == "new owner"
    assert house.one("SELECT count(*) FROM core.outlet") == 2


def test_a_good_poll_keeps_the_validators_and_clears_the_failures(house: House) -> None:
    record_poll(house.conn, poll(Reason.HTTP_SERVER_ERROR, status=503))
    assert feed_states(house.conn)["courier"].failures == 0.5
    record_poll(house.conn, poll())
    assert feed_states(house.conn)["courier"] == FeedState("courier", '"v1"', "Sat", 0.0, None, last_polled_at=NOW)


def test_failures_add_up_by_weight_and_lengthen_the_pause(house: House) -> None:
    record_poll(house.conn, poll())
    for reason in (Reason.HTTP_NOT_FOUND, Reason.CONNECT_FAILED, Reason.TIMEOUT):
        record_poll(house.conn, poll(reason, status=None, etag=None, last_modified=None))
    state = feed_states(house.conn)["courier"]
    assert state.failures == 1.75
    assert state.next_poll_at == NOW + pause(1.75)
    assert (state.etag, state.last_modified) == ('"v1"', "Sat")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [(Reason.HTTP_GONE, 1.0), (Reason.HTTP_SERVER_ERROR, 0.5), (Reason.HTTP_TOO_MANY_REQUESTS, 0.25)],
)
def test_weights(reason: Reason, expected: float) -> None:
    assert weight(reason) == expected


def test_the_pause_grows_and_never_exceeds_a_day() -> None:
    assert pause(1) == timedelta(minutes=30)
    assert pause(2) == timedelta(hours=1)
    assert pause(1e9) == timedelta(days=1)


def test_a_poll_of_an_unknown_feed_is_told(house: House) -> None:
    with pytest.raises(LookupError, match="'nobody'"):
        record_poll(house.conn, poll(feed_id="nobody"))
