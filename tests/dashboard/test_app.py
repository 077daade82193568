"""The page as Airflow serves it: the plugin's app guards it, and hostile text stays text."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from pipeline.dashboard.app import build_app
from pipeline.dashboard.pages import web_link
from pipeline.settings import Settings


def test_an_empty_warehouse_says_what_to_do(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "Start a run" in answer.text
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("leader", ["<script>alert(1)</script>", "'; drop table core.contact; --", "a" * 100])
def test_a_filter_is_shown_as_text(client: TestClient, leader: str) -> None:
    answer = client.get("/", params={"leader": leader, "since": "yesterday", "mode": "phone"})
    assert answer.status_code == 200
    assert "<script>" not in answer.text


def test_an_unknown_contact_is_not_found(client: TestClient) -> None:
    assert client.get("/contact/00000000-0000-0000-0000-000000000000").status_code == 404
    assert client.get("/contact/1%20or%201=1").status_code == 422


def test_without_a_warehouse_it_says_which_setting_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.dashboard.serving.get_settings", lambda: Settings(warehouse_dsn=None))
    answer = TestClient(build_app(dependencies=[])).get("/")
    assert answer.status_code == 503
    assert "HOTLINE_WAREHOUSE_DSN" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("javascript:alert(1)", None),
        ("JavaScript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, shown: str | None) -> None:
    assert web_link(url) == shown
