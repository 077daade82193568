"""What every page of the dashboard shares: its headers, how it is filled, and where the warehouse is."""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException
from fastapi.responses import HTMLResponse

from pipeline.dashboard.pages import render
from pipeline.settings import get_settings

# The page is framed by Airflow's own UI and by nobody else, and loads nothing but its own style and script.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def html(template: str, **values: Any) -> HTMLResponse:
    """A page with the dashboard's headers."""
    return HTMLResponse(render(template, **values), headers=HEADERS)


def warehouse_dsn() -> str:
    """The warehouse that Airflow's processes were given. Raises 503 where there is none."""
    dsn = get_settings().warehouse_dsn
    if dsn is None:
        raise HTTPException(503, "HOTLINE_WAREHOUSE_DSN is not set for the api-server: start it with `hotline up`.")
    return dsn.get_secret_value()
