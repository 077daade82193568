"""Metrics: numbers that follow the warehouse, a gauge that says when it is gone, and a door with a lock."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from structlog.contextvars import bound_contextvars

from pipeline.domain import FeedEntry, FeedSource, Reason, StageResult
from pipeline.runtime.logs import JsonFormatter
from pipeline.runtime.metrics import NAMES, add_metrics, exposition
from pipeline.settings import get_settings
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.feeds import add_entries, sync_feeds
from pipeline.warehouse.outbox import Message, enqueue
from pipeline.warehouse.queue import refuse
from pipeline.warehouse.runs import note_run

NOW = datetime(2022, 2, 13, 9, tzinfo=UTC)


def told(text: bytes) -> dict[str, float]:
    """Each sample as `name{label,label}`."""
    return {
        sample.name + "{" + ",".join(sample.labels[name] for name in sorted(sample.labels)) + "}": sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_numbers_follow_the_warehouse(warehouse: Connection, warehouse_dsn: str) -> None:
    sync_feeds(warehouse, [FeedSource("a", "http://a.test/rss", "A", "a")], NOW)
    for number in range(3):
        url = f"http://a.test/{number}"
        add_entries(warehouse, "a", [(url, FeedEntry(url, url, "T"))], NOW)
    with warehouse.cursor() as cursor:
        cursor.execute("SELECT min(item_id) FROM staging.item")
        ((first,),) = cursor.fetchall()
    refuse(warehouse, first, Reason.NO_TEXT, "x")
    enqueue(warehouse, Message(None, "r", "x@test", "S", "t", "h", "m@id", NOW, kind="ops", about="x"))
    note_run(warehouse, "poll", 2.0, StageResult("poll", 3, 2, {"timeout": 1}, 0))
    note_run(warehouse, "alert", 1.0, "no relay")
    warehouse.commit()

    text, fault = exposition(lambda: warehouse_dsn)

    assert fault is None
    found = told(text)
    assert found["hotline_warehouse_up{}"] == 1
    assert found["hotline_queue_items{fetch}"] == 2 and found["hotline_queue_items{reconcile}"] == 0
    assert found["hotline_queue_lag_seconds{extract}"] == 0 <= found["hotline_queue_lag_seconds{fetch}"]
    assert found["hotline_items_refused_last_day{no_text}"] == 1
    assert found["hotline_outbox_messages{waiting}"] == 1 and found["hotline_outbox_messages{sent}"] == 0
    assert found["hotline_feeds{new}"] == 1
    assert found["hotline_stage_failed{poll}"] == 0 and found["hotline_stage_failed{alert}"] == 1
    assert "hotline_stage_success_age_seconds{alert}" not in found
    assert found["hotline_stage_items{refused,poll}"] == 1
    assert found["hotline_warehouse_bytes{}"] > 1e6
    assert {name.partition("{")[0] for name in found} <= NAMES


def test_a_warehouse_that_is_gone_is_a_number_too() -> None:
    text, fault = exposition(lambda: "postgresql://nobody@127.0.0.1:1/none")
    assert fault is not None
    assert told(text)["hotline_warehouse_up{}"] == 0
    assert not any(name.startswith("hotline_queue") for name in told(text))


@pytest.fixture
def settings_anew() -> Iterator[None]:
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def test_the_page_opens_to_the_token_or_the_login_alone(
    warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch, settings_anew: None
) -> None:
    def nobody() -> None:
        raise HTTPException(401)

    monkeypatch.setenv("HOTLINE_WAREHOUSE_DSN", warehouse_dsn)
    closed = FastAPI()
    add_metrics(closed, [Depends(nobody)])
    assert TestClient(closed).get("/metrics").status_code == 401

    # What a container file makes of a variable that is not set must open nothing.
    monkeypatch.setenv("HOTLINE_METRICS_TOKEN", "")
    get_settings.cache_clear()
    empty = FastAPI()
    add_metrics(empty, [Depends(nobody)])
    assert TestClient(empty).get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401

    monkeypatch.setenv("HOTLINE_METRICS_TOKEN", "scrape-me-0815")
    get_settings.cache_clear()
    app = FastAPI()
    add_metrics(app, [Depends(nobody)])
    client = TestClient(app)
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic scrape-me-0815"}):
        assert client.get("/metrics", headers=header).status_code == 401
    answer = client.get("/metrics", headers={"Authorization": "Bearer scrape-me-0815"})
    assert answer.status_code == 200 and b"hotline_warehouse_up 1" in answer.content


def test_json_logs_carry_the_ids(tmp_path: Path) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    log = logging.Logger("hotline.stage")
    log.addHandler(handler)
    with bound_contextvars(run_id="scheduled__1", feed_id="courier", item_id=7):
        log.warning("item %d\nfailed", 7, extra={"seconds": 1.5})
    log.warning("after")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["event"] == "item 7\nfailed" and first["level"] == "warning"
    assert (first["run_id"], first["feed_id"], first["item_id"], first["seconds"]) == (
        "scheduled__1",
        "courier",
        7,
        1.5,
    )
    assert "item_id" not in second
