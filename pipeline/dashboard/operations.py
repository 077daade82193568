"""The page for ops: what came of the items, what waits, dead letters; and what can be done about them there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline.dashboard.actions import asked_here, hand_out, token_of
from pipeline.dashboard.serving import HEADERS, html, warehouse_dsn
from pipeline.warehouse import operations
from pipeline.warehouse.connect import connect
from pipeline.warehouse.outbox import dead_letters, resend
from pipeline.warehouse.page import overview, reading


def watching(may_act: bool) -> APIRouter:
    """The page itself."""
    router = APIRouter()

    @router.get("/operations", response_class=HTMLResponse)
    def page(
        request: Request, hours: Annotated[int, Query(ge=1, le=8760)] = 24, again: Annotated[int | None, Query()] = None
    ) -> HTMLResponse:
        with reading(warehouse_dsn()) as connection:
            funnel = operations.funnel(connection, hours)
            values: dict[str, Any] = {
                "lags": operations.lags(connection),
                "runs": operations.runs(connection),
                "feeds": operations.feed_states(connection),
                "sick": overview(connection).sick_feeds,
                "mails": operations.mail_states(connection),
                "letters": dead_letters(connection, 50),
                "versions": operations.versions(connection),
                "sizes": operations.sizes(connection),
            }
        steps = [
            ("Items that moved", funnel.items),
            ("refused", sum(funnel.refused.values())),
            *((f"waiting, {stage}", number) for stage, number in funnel.waiting.items()),
            ("read to the end", funnel.read),
            ("articles with a contact", funnel.with_contact),
            ("new contacts", funnel.contacts),
            ("e-mails sent", funnel.mails),
        ]
        note = f"Message {again} is in the queue again; the next run of alerts sends it." if again else ""
        token = token_of(request)
        answer = html(
            "operations.html",
            hours=hours,
            funnel=funnel,
            steps=steps,
            note=note,
            token=token,
            may_act=may_act,
            **values,
        )
        hand_out(answer, request, token)
        return answer

    return router


def changing(actor: Callable[..., str]) -> APIRouter:
    """What may be done: send a dead letter again."""
    router = APIRouter(dependencies=[Depends(asked_here)])

    @router.post("/operations/resend/{outbox_id}")
    def send_again(outbox_id: int, who: str = Depends(actor)) -> RedirectResponse:
        with closing(connect(warehouse_dsn(), "hotline-page")) as connection:
            try:
                resend(connection, outbox_id, who)
            except LookupError as error:
                raise HTTPException(409, str(error)) from error
            connection.commit()
        return RedirectResponse(f"../../operations?again={outbox_id}", 303, headers=HEADERS)

    return router
