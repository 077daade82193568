"""The page for review: doubtful contacts, what people decided of them, and the forms to decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline.dashboard.actions import asked_here, hand_out, token_of
from pipeline.dashboard.serving import HEADERS, html, warehouse_dsn
from pipeline.settings import get_settings
from pipeline.stages.rebuild import resettle
from pipeline.warehouse import doubts, review
from pipeline.warehouse.connect import Connection, connect
from pipeline.warehouse.page import reading

Note = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class Desk:
    """A connection to decide over, and the installation's time."""

    connection: Connection
    now: datetime


def showing(may_act: bool) -> APIRouter:
    """The queue and the log."""
    router = APIRouter()

    @router.get("/review", response_class=HTMLResponse)
    def page(request: Request) -> HTMLResponse:
        with reading(warehouse_dsn()) as connection:
            values: dict[str, Any] = {
                "queue": doubts.queue(connection, 50),
                "waiting": doubts.waiting_for_review(connection),
                "log": review.log(connection, 50),
            }
        token = token_of(request)
        answer = html("review.html", token=token, may_act=may_act, **values)
        hand_out(answer, request, token)
        return answer

    return router


def deciding(actor: Callable[..., str]) -> APIRouter:
    """One route for each decision; each leads back to where its result is seen."""
    router = APIRouter(prefix="/review", dependencies=[Depends(asked_here)])

    @router.post("/confirm/{contact_id}")
    def confirm(contact_id: UUID, note: Note = "", who: str = Depends(actor)) -> RedirectResponse:
        with _desk() as desk:
            review.confirm(desk.connection, str(contact_id), by=who, now=desk.now, settle=resettle, note=note)
        return _to_contact(str(contact_id))

    @router.post("/reject/{contact_id}")
    def reject(contact_id: UUID, note: Note = "", who: str = Depends(actor)) -> RedirectResponse:
        with _desk() as desk:
            review.reject(desk.connection, str(contact_id), by=who, now=desk.now, settle=resettle, note=note)
        return _to_queue()

    @router.post("/merge/{contact_id}")
    def merge(
        contact_id: UUID, other: Annotated[str, Form(max_length=36)], note: Note = "", who: str = Depends(actor)
    ) -> RedirectResponse:
        with _desk() as desk:
            found = review.find_contact(desk.connection, other)
            review.merge(desk.connection, str(contact_id), found, by=who, now=desk.now, settle=resettle, note=note)
            living = review.living_contact(desk.connection, str(contact_id))
        return _to_contact(living)

    @router.post("/split/{contact_id}")
    def split(
        contact_id: UUID, reports: Annotated[list[int], Form()], note: Note = "", who: str = Depends(actor)
    ) -> RedirectResponse:
        with _desk() as desk:
            review.split(desk.connection, str(contact_id), reports, by=who, now=desk.now, settle=resettle, note=note)
        return _to_contact(str(contact_id))

    @router.post("/undo/{action_id}")
    def undo(action_id: int, note: Note = "", who: str = Depends(actor)) -> RedirectResponse:
        with _desk() as desk:
            review.undo(desk.connection, action_id, by=who, now=desk.now, settle=resettle, note=note)
        return _to_queue()

    return router


@contextmanager
def _desk() -> Iterator[Desk]:
    """Decisions and what follows from them are committed together; one that cannot be taken answers 409 in words."""
    with closing(connect(warehouse_dsn(), "hotline-page")) as connection:
        try:
            yield Desk(connection, get_settings().now())
        except review.ReviewFault as fault:
            raise HTTPException(409, f"{fault} {fault.mend}") from fault
        connection.commit()


def _to_contact(contact_id: str) -> RedirectResponse:
    return RedirectResponse(f"../../contact/{contact_id}", 303, headers=HEADERS)


def _to_queue() -> RedirectResponse:
    return RedirectResponse("../../review", 303, headers=HEADERS)
