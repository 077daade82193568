"""The queues, with real connections: whatever dies, no item is lost and none is worked on twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from pipeline.domain import Reason, Stage
from pipeline.settings import ROOT
from pipeline.warehouse.connect import connect
from pipeline.warehouse.queue import REFUSE_AFTER, advance, claim, refuse, retry, waiting

LEASE = 600
House = Any


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for the server to notice something, e.g. a dead connection."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def test_items_come_oldest_first_with_what_a_stage_needs(house: House) -> None:
    first, second = house.item("herald"), house.item()
    items = claim(house.conn, Stage.DISCOVERED, 10, LEASE)
    assert [item.item_id for item in items] == [first, second]
    assert (items[0].feed_id, items[0].outlet, items[0].family) == ("herald", "Herald", "herald")
    assert (items[0].timezone, items[0].kind, items[0].language, items[0].attempts) == (
        "Pacific/Auckland",
        "paper",
        "en",
        0,
    )
    assert (items[0].url, items[0].url_key, items[0].title) == ("http://news.test/1", "news.test/1", "Title 1")


def test_a_batch_to_fetch_mixes_feeds_so_that_many_hosts_are_asked_at_once(house: House) -> None:
    for feed in ("herald", "herald", "herald", "herald", "herald", "herald"):
        house.item(feed)
    for _ in range(6):
        house.item()
    assert len({item.feed_id for item in claim(house.conn, Stage.DISCOVERED, 6, LEASE)}) == 2


def test_limit_is_kept(house: House) -> None:
    for _ in range(5):
        house.item()
    assert len(claim(house.conn, Stage.DISCOVERED, 2, LEASE)) == 2
    assert waiting(house.conn, Stage.DISCOVERED) == 5


def test_a_claimed_item_is_not_claimed_again_even_by_its_holder(
    house: House, another: Callable[[], Connection]
) -> None:
    house.item()
    assert claim(house.conn, Stage.DISCOVERED, 10, LEASE)
    assert claim(house.conn, Stage.DISCOVERED, 10, LEASE) == []
    assert claim(another(), Stage.DISCOVERED, 10, LEASE) == []


def test_a_claim_waits_for_nobody(house: House, another: Callable[[], Connection]) -> None:
    """An item that another transaction has locked is passed over."""
    locked, free = house.item(), house.item()
    other = another()
    with other.cursor() as cursor:
        cursor.execute("SELECT FROM staging.item WHERE item_id = %s FOR UPDATE", (locked,))
    assert [item.item_id for item in claim(house.conn, Stage.DISCOVERED, 10, LEASE)] == [free]


def test_advance_moves_to_the_next_queue_and_forgets_failed_tries(house: House) -> None:
    item_id = house.item()
    claim(house.conn, Stage.DISCOVERED, 1, LEASE)
    assert retry(house.conn, item_id, "no answer", 3)
    claim(house.conn, Stage.DISCOVERED, 1, LEASE)
    advance(house.conn, item_id, Stage.FETCHED)
    assert waiting(house.conn, Stage.DISCOVERED) == 0
    (item,) = claim(house.conn, Stage.FETCHED, 1, LEASE)
    assert item.attempts == 0


def test_refused_items_leave_the_queues_with_their_reason(house: House) -> None:
    item_id = house.item()
    refuse(house.conn, item_id, Reason.PAYWALL_TEASER, "only 40 words\x00")
    assert claim(house.conn, Stage.DISCOVERED, 1, LEASE) == []
    row = house.rows("SELECT stage, reason, detail FROM staging.item WHERE item_id = %s", item_id)
    assert row == [("refused", "paywall_teaser", "only 40 words\ufffd")]


def test_failed_tries_are_counted_and_end_in_a_refusal(house: House) -> None:
    item_id = house.item()
    for failed in range(3):
        (item,) = claim(house.conn, Stage.DISCOVERED, 1, LEASE)
        assert item.attempts == failed
        assert retry(house.conn, item_id, f"fault {failed}", 3) is (failed < 2)
    assert house.rows("SELECT reason, detail FROM staging.item") == [("retries_exhausted", "fault 2")]


@pytest.mark.parametrize("move", [advance, refuse, retry])
def test_an_unknown_item_is_told(house: House, move: Callable[..., object]) -> None:
    values = {advance: (Stage.FETCHED,), refuse: (Reason.DUPLICATE, None), retry: ("x", 3)}[move]  # type: ignore[index]
    with pytest.raises(LookupError, match="no item 4711"):
        move(house.conn, 4711, *values)


def test_a_lease_ends_with_its_connection(house: House, another: Callable[[], Connection]) -> None:
    item_id = house.item()
    holder = another()
    assert claim(holder, Stage.DISCOVERED, 1, LEASE)
    assert claim(house.conn, Stage.DISCOVERED, 1, LEASE) == []
    holder.close()
    until(lambda: [i.item_id for i in claim(house.conn, Stage.DISCOVERED, 1, LEASE)] == [item_id])


def test_a_lease_ends_with_its_time_though_its_holder_lives(house: House, another: Callable[[], Connection]) -> None:
    house.item()
    assert claim(another(), Stage.DISCOVERED, 1, 1)
    assert claim(house.conn, Stage.DISCOVERED, 1, LEASE) == []
    time.sleep(1.1)
    assert len(claim(house.conn, Stage.DISCOVERED, 1, LEASE)) == 1


def test_a_reused_process_id_does_not_keep_a_lease(house: House, another: Callable[[], Connection]) -> None:
    """The new backend with the old pid began at another time."""
    house.item()
    other = another()
    claim(other, Stage.DISCOVERED, 1, LEASE)
    house.rows("UPDATE staging.item SET lease_backend_start = lease_backend_start - interval '1 day' RETURNING 1")
    assert len(claim(house.conn, Stage.DISCOVERED, 1, LEASE)) == 1


def test_a_holder_younger_than_the_list_of_backends_counts_as_alive(house: House) -> None:
    """The list is read once in a transaction; a worker that came later is not in it, and yet lives."""
    alive = house.one("SELECT NOT staging.is_free(1, now() + interval '1 second', now() + interval '1 hour')")
    gone = house.one("SELECT staging.is_free(1, now() - interval '1 second', now() + interval '1 hour')")
    assert (alive, gone) == (True, True)


def test_workers_share_a_queue_without_overlap(house: House, warehouse_dsn: str) -> None:
    ids = {house.item() for _ in range(60)}
    done: list[int] = []

    def work() -> None:
        with closing(connect(warehouse_dsn)) as connection:
            while items := claim(connection, Stage.DISCOVERED, 4, LEASE):
                for item in items:
                    advance(connection, item.item_id, Stage.FETCHED)
                    connection.commit()
                    done.append(item.item_id)

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(done) == Counter(dict.fromkeys(ids, 1))
    assert waiting(house.conn, Stage.FETCHED) == 60


WORKER = """
import sys, time
from pipeline.domain import Stage
from pipeline.warehouse.connect import connect
from pipeline.warehouse.queue import advance, claim
connection = connect(sys.argv[1])
items = claim(connection, Stage.DISCOVERED, 3, 600)
advance(connection, items[0].item_id, Stage.FETCHED)
connection.commit()
advance(connection, items[1].item_id, Stage.FETCHED)
print([item.item_id for item in items], flush=True)
time.sleep(600)
"""


def test_kill_9_of_a_worker_frees_its_items_at_once(house: House, warehouse_dsn: str) -> None:
    """One item was committed, one was not yet, one was not begun: the last two are free, the first is done."""
    ids = [house.item() for _ in range(3)]
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, warehouse_dsn], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == str(ids)
    assert claim(house.conn, Stage.DISCOVERED, 3, LEASE) == []
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    freed: list[int] = []
    until(lambda: bool(freed.extend(i.item_id for i in claim(house.conn, Stage.DISCOVERED, 3, LEASE)) or freed), 5.0)
    assert freed == ids[1:]
    assert waiting(house.conn, Stage.FETCHED) == 1


def test_an_item_that_kills_workers_is_found_out_and_its_neighbours_are_not_blamed(
    house: House, warehouse_dsn: str
) -> None:
    poison, *harmless = [house.item() for _ in range(4)]

    def work() -> bool:
        """A worker that vanishes when it meets the poison; True: it came to the end of the queue."""
        with closing(connect(warehouse_dsn)) as connection:
            while items := claim(connection, Stage.DISCOVERED, 10, LEASE):
                for item in items:
                    if item.item_id == poison:
                        return False
                    advance(connection, item.item_id, Stage.FETCHED)
                    connection.commit()
        return True

    runs = 0
    while not work():
        runs += 1
        assert runs <= REFUSE_AFTER
        until(lambda: house.one("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") == 1)
    assert house.rows("SELECT item_id, reason FROM staging.item WHERE stage = 'refused'") == [
        (poison, "retries_exhausted")
    ]
    assert waiting(house.conn, Stage.FETCHED) == len(harmless)


def test_a_role_that_is_no_superuser_sees_its_own_backends(house: House) -> None:
    assert house.rows("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user") == [
        ("hotline_etl", False)
    ]
    assert (
        house.one("SELECT count(*) FROM pg_stat_activity WHERE pid = pg_backend_pid() AND backend_start IS NULL") == 0
    )
