"""The dashboard: a FastAPI app that Airflow's UI frames. Server-rendered; its one script draws charts from the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from pipeline.dashboard.actions import hand_out, token_of
from pipeline.dashboard.drawing import matrix, network, stacked
from pipeline.dashboard.operations import changing, watching
from pipeline.dashboard.passages import passages
from pipeline.dashboard.review import deciding, showing
from pipeline.dashboard.serving import HEADERS, html, warehouse_dsn
from pipeline.dashboard.table import csv_text
from pipeline.warehouse import explore
from pipeline.warehouse.explore import Filter
from pipeline.warehouse.page import contact_row, overview, reading

ROWS = 100
CSV_ROWS = 50_000
HERE = Path(__file__).parent


def build_app(dependencies: Sequence[Any], actor: Callable[..., str] | None = None) -> FastAPI:
    """The app; `dependencies` guard every page (Airflow's login). Style and script are public.

    `actor` is a dependency that gives the name of the reader, or answers 403 if they may not change anything; without
    it the dashboard is read-only.
    """
    app = FastAPI(
        title="Leader contacts", dependencies=list(dependencies), docs_url=None, redoc_url=None, openapi_url=None
    )
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")

    @app.get("/", response_class=HTMLResponse)
    def contacts(
        request: Request, filters: Annotated[Filter, Depends(asked)], page: Annotated[int, Query(ge=1, le=10_000)] = 1
    ) -> HTMLResponse:
        with reading(warehouse_dsn()) as connection:
            rows = explore.found(connection, filters, ROWS, ROWS * (page - 1))
            found = explore.count(connection, filters)
            weeks = explore.by_week(connection, filters)
            topics = explore.topics(connection)
            summary = overview(connection)
        return html(
            "contacts.html",
            rows=rows,
            found=found,
            page=page,
            pages=max(1, -(-found // ROWS)),
            chart=stacked(weeks),
            weeks=weeks,
            topics=topics,
            summary=summary,
            filters=filters,
            query=_query(request),
        )

    @app.get("/contacts.csv")
    def as_csv(filters: Annotated[Filter, Depends(asked)]) -> Response:
        with reading(warehouse_dsn()) as connection:
            text = csv_text(explore.found(connection, filters, CSV_ROWS))
        named = {"Content-Disposition": 'attachment; filename="contacts.csv"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=HEADERS | named)

    @app.get("/pairs", response_class=HTMLResponse)
    def pairs(request: Request, filters: Annotated[Filter, Depends(asked)]) -> HTMLResponse:
        with reading(warehouse_dsn()) as connection:
            rows = explore.pairs(connection, filters)
            topics = explore.topics(connection)
        table = matrix(rows, 14)
        return html("pairs.html", rows=rows, matrix=table, topics=topics, filters=filters, query=_query(request))

    @app.get("/network", response_class=HTMLResponse)
    def graph(request: Request, filters: Annotated[Filter, Depends(asked)]) -> HTMLResponse:
        with reading(warehouse_dsn()) as connection:
            rows = explore.pairs(connection, filters)
            topics = explore.topics(connection)
        drawn = network(rows, 60)
        return html("network.html", rows=rows, network=drawn, topics=topics, filters=filters, query=_query(request))

    @app.get("/contact/{contact_id}", response_class=HTMLResponse)
    def contact(request: Request, contact_id: UUID) -> Response:
        with reading(warehouse_dsn()) as connection:
            row = contact_row(connection, str(contact_id))
            if row is None:
                target = explore.moved_to(connection, str(contact_id))
                if target and contact_row(connection, target):
                    return RedirectResponse(f"../contact/{target}", headers=HEADERS)
                raise HTTPException(404, "There is no such contact.")
            reports = explore.told(connection, str(contact_id))
            changes = explore.history(connection, str(contact_id))
        shown = [(report, passages(f"{report.title}\n{report.text}", report.spans)) for report in reports]
        token = token_of(request)
        values = {"row": row, "reports": shown, "changes": changes, "may_act": actor is not None, "token": token}
        answer = html("contact.html", up="../", **values)
        hand_out(answer, request, token)
        return answer

    if actor is not None:
        app.include_router(changing(actor))
        app.include_router(deciding(actor))
    app.include_router(watching(may_act=actor is not None))
    app.include_router(showing(may_act=actor is not None))
    return app


def asked(
    leader: Annotated[str, Query(max_length=100)] = "",
    other: Annotated[str, Query(max_length=100)] = "",
    mode: Annotated[str, Query(max_length=20)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    topic: Annotated[str, Query(max_length=60)] = "",
    words: Annotated[str, Query(max_length=200)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    history: Annotated[str, Query(max_length=5)] = "",
) -> Filter:
    """The filter that a page's address names."""
    return Filter(leader, other, mode, status, topic, words, _day(since), _day(until), history != "no")


def _query(request: Request) -> str:
    """The filters of the address as they stand, without the page: for links that keep them."""
    return urlencode([(k, v) for k, v in request.query_params.multi_items() if v and k != "page"])


def _day(text: str) -> date | None:
    """A day typed into the form; nonsense filters nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
