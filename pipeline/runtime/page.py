"""The web page of contacts: a small FastAPI app that Airflow's UI frames. Read-only, server-rendered, no script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from pipeline.alerts.phrases import MODES, confidence, duration
from pipeline.settings import get_settings
from pipeline.warehouse.page import contact_reports, contact_row, contact_rows, overview, reading

ROWS = 200
# The page is framed by Airflow's own UI and by nobody else; it runs no script at all.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def build_app(dependencies: Sequence[Any]) -> FastAPI:
    """The app; `dependencies` guard every route (Airflow's login)."""
    app = FastAPI(
        title="Leader contacts", dependencies=list(dependencies), docs_url=None, redoc_url=None, openapi_url=None
    )
    pages = _templates()

    @app.get("/", response_class=HTMLResponse)
    def contacts(
        leader: Annotated[str, Query(max_length=100)] = "",
        status: Annotated[str, Query(max_length=20)] = "",
        mode: Annotated[str, Query(max_length=20)] = "",
        since: Annotated[str, Query(max_length=10)] = "",
    ) -> HTMLResponse:
        with reading(_dsn()) as connection:
            rows = contact_rows(connection, leader=leader, status=status, mode=mode, since=_day(since), limit=ROWS)
            summary = overview(connection)
        chosen = {"leader": leader, "status": status, "mode": mode, "since": since}
        html = pages.get_template("contacts.html").render(rows=rows, summary=summary, chosen=chosen, most=ROWS)
        return HTMLResponse(html, headers=HEADERS)

    @app.get("/contact/{contact_id}", response_class=HTMLResponse)
    def contact(contact_id: UUID) -> HTMLResponse:
        with reading(_dsn()) as connection:
            row = contact_row(connection, str(contact_id))
            if row is None:
                raise HTTPException(404, "There is no such contact.")
            reports = contact_reports(connection, str(contact_id))
        return HTMLResponse(pages.get_template("contact.html").render(row=row, reports=reports), headers=HEADERS)

    return app


def _dsn() -> str:
    """The warehouse that Airflow's processes were given."""
    dsn = get_settings().warehouse_dsn
    if dsn is None:
        raise HTTPException(503, "HOTLINE_WAREHOUSE_DSN is not set for the api-server: start it with `hotline up`.")
    return dsn.get_secret_value()


def _day(text: str) -> date | None:
    """A day typed into the form; nonsense filters nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _templates() -> Environment:
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["duration"] = lambda minutes: duration(minutes) if minutes else ""
    env.filters["sureness"] = confidence
    env.filters["mode"] = lambda mode: MODES[mode]
    env.filters["web"] = web_link
    env.globals["modes"] = {mode.value: words for mode, words in MODES.items()}
    env.filters["chosen"] = _chosen
    return env


@pass_context
def _chosen(context: Context, value: str, name: str) -> str:
    return "selected" if context["chosen"][name] == value else ""


def web_link(url: str | None) -> str | None:
    """The address if it is one of the web; a `javascript:` address from a page is shown as nothing."""
    return url if url and urlsplit(url).scheme in ("http", "https") else None
