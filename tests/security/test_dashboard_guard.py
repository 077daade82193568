"""Every route of the dashboard: guarded, shielded by its headers, and changed only by a form of its own page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Depends, HTTPException
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from pipeline.dashboard.app import build_app
from pipeline.settings import get_settings

ID = "00000000-0000-0000-0000-000000000001"
INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+\s*=|javascript:", re.IGNORECASE)


@pytest.fixture
def warehouse_set(warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HOTLINE_WAREHOUSE_DSN", warehouse_dsn)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def routes(app: Any) -> list[tuple[str, str]]:
    """(method, path with example values) of every route of an app."""
    found = []
    for route in app.routes:
        if isinstance(route, APIRoute):
            path = re.sub(r"{\w+}", "1", route.path.replace("{contact_id}", ID))
            found += [(method, path) for method in sorted(route.methods - {"HEAD", "OPTIONS"})]
    return found


def fields(path: str) -> dict[str, str]:
    return {"other": ID, "reports": "1", "note": "n"} if path.startswith("/review") else {}


def test_every_route_but_style_and_script_asks_who_is_there(warehouse_set: None) -> None:
    def stranger() -> None:
        raise HTTPException(401, "log in")

    app = build_app(dependencies=[Depends(stranger)], actor=lambda: "olga")
    client = TestClient(app)
    known = routes(app)
    assert {m for m, _ in known} == {"GET", "POST"} and len(known) >= 12, known
    for method, path in known:
        assert client.request(method, path, data=fields(path)).status_code == 401, path
    for path in ("/docs", "/redoc", "/openapi.json", "/static/../app.py", "/static/%2e%2e/app.py"):
        assert client.get(path).status_code in (401, 404), path


def test_every_action_refuses_forms_of_other_pages_and_links(warehouse_set: None) -> None:
    app = build_app(dependencies=[], actor=lambda: "olga")
    actions = [path for method, path in routes(app) if method == "POST"]
    assert len(actions) >= 6
    mine, theirs = TestClient(app), TestClient(app)
    mine.get("/review")
    theirs.get("/review")
    token, other = mine.cookies["hotline_form"], theirs.cookies["hotline_form"]
    assert token != other
    for path in actions:
        some = fields(path)
        tries = {
            "no token": mine.post(path, data=some),
            "an empty one": mine.post(path, data=some | {"token": ""}),
            "another reader's": mine.post(path, data=some | {"token": other}),
            "in the address": mine.post(f"{path}?token={token}", data=some),
            "of another site": mine.post(path, data=some | {"token": token}, headers={"Sec-Fetch-Site": "cross-site"}),
            "of a sister site": mine.post(path, data=some | {"token": token}, headers={"Sec-Fetch-Site": "same-site"}),
            "without the cookie": TestClient(app).post(path, data=some | {"token": token}),
        }
        assert {name: answer.status_code for name, answer in tries.items()} == dict.fromkeys(tries, 403), path
        # A link or a picture does nothing: there is no such route.
        assert mine.get(path).status_code in (404, 405), path
        # The same form from the page itself is heard: there is nothing to act on, so it is told so.
        assert mine.post(path, data=some | {"token": token}).status_code == 409, path


def test_who_may_only_read_has_no_action_at_all(warehouse_set: None) -> None:
    assert {method for method, _ in routes(build_app(dependencies=[]))} == {"GET"}

    def nobody() -> str:
        raise HTTPException(403, "not you")

    app = build_app(dependencies=[], actor=nobody)
    client = TestClient(app)
    client.get("/review")
    token = client.cookies["hotline_form"]
    for method, path in routes(app):
        if method == "POST":
            assert client.post(path, data=fields(path) | {"token": token}).status_code == 403, path


def test_every_page_has_its_shield_and_no_inline_script(warehouse_set: None) -> None:
    app = build_app(dependencies=[], actor=lambda: "olga")
    client = TestClient(app)
    seen = 0
    for method, path in routes(app):
        if method != "GET":
            continue
        answer = client.get(path, params={"leader": '"><script>alert(1)</script>', "words": "' onload=alert(1) '"})
        if answer.status_code == 404:
            continue
        seen += 1
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'self'" in policy, path
        assert "form-action 'self'" in policy and "base-uri 'none'" in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Cache-Control"] == "no-store", path
        if "html" in answer.headers["Content-Type"]:
            shown = re.sub(r'(value|href)="[^"]*"', "", answer.text)
            assert not INLINE.search(shown), (path, INLINE.search(shown))
            cookie = answer.headers.get("set-cookie", "")
            assert not cookie or ("HttpOnly" in cookie and "SameSite=strict" in cookie), path
    assert seen >= 6
