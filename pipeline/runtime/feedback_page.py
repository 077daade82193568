"""The page behind the links "right / wrong / duplicate" of a mail: no login, one question, one answer.

Programs that look into mails open every link. So opening one only asks; the answer counts when its button is pressed.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from threading import Lock
from urllib.parse import parse_qs

from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from pipeline.alerts.feedback import BadLink, Ballot, Ballots
from pipeline.alerts.mail import subject
from pipeline.settings import get_settings
from pipeline.warehouse.connect import connect
from pipeline.warehouse.contacts import load_contacts
from pipeline.warehouse.feedback import LONGEST_COMMENT, record_feedback

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
PER_MINUTE = 30
ALL_PER_MINUTE = 600
MOST_BODY = 8192
_CLIENTS = 10_000

_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Hotline: feedback</title>
<style>
:root { color-scheme: light dark; }
body { font: 17px/1.5 system-ui, sans-serif; max-width: 34em; margin: 12vh auto; padding: 0 1em; }
textarea { width: 100%; box-sizing: border-box; font: inherit; }
button { font: inherit; padding: .4em 1.2em; margin-top: 1em; }
</style>
</head>
<body>
<main>
{% if title %}
<h1 style="font-size:1.2em">{{ title }}</h1>
{% endif %}
<p role="status">{{ words }}</p>
{% if verdict %}
<form method="post">
<label for="comment">Anything to add? (may stay empty)</label>
<textarea id="comment" name="comment" rows="3" maxlength="{{ longest }}"></textarea>
<button type="submit">Yes: it is {{ verdict }}</button>
</form>
{% endif %}
</main>
</body>
</html>
""")

_MEANS = {
    "right": "You are about to say that this contact is right, as the mail told it.",
    "wrong": "You are about to say that this contact is wrong: it was not, or not as the mail told it.",
    "duplicate": "You are about to say that you were told of this contact before: it is a duplicate.",
}


class Limiter:
    """So many calls a minute from one address, and from all together. Safe for threads."""

    def __init__(
        self, each: int = PER_MINUTE, together: int = ALL_PER_MINUTE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._each, self._together, self._clock = each, together, clock
        self._lock = Lock()
        self._minute = -1
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._all = 0

    def admits(self, client: str) -> bool:
        """Count a call; False if it is one too many."""
        with self._lock:
            if (minute := int(self._clock() // 60)) != self._minute:
                self._minute, self._all = minute, 0
                self._counts.clear()
            self._all += 1
            self._counts[client] = self._counts.get(client, 0) + 1
            if len(self._counts) > _CLIENTS:
                self._counts.popitem(last=False)
            return self._all <= self._together and self._counts[client] <= self._each


def build_app(limiter: Limiter | None = None) -> FastAPI:
    """The app, to be mounted so that its page is /hotline/feedback; 404 without HOTLINE_FEEDBACK_SECRET."""
    app = FastAPI(title="Feedback", docs_url=None, redoc_url=None, openapi_url=None)
    guard = limiter or Limiter()

    def admitted(request: Request) -> None:
        if not guard.admits(request.client.host if request.client else ""):
            raise HTTPException(429, "Too many calls; try again in a minute.", headers={"Retry-After": "60"})

    @app.get("/feedback", response_class=HTMLResponse)
    def ask(request: Request, t: str = "") -> HTMLResponse:
        admitted(request)
        return _answered(t, None)

    @app.post("/feedback", response_class=HTMLResponse)
    async def take(request: Request, t: str = "") -> HTMLResponse:
        admitted(request)
        if int(request.headers.get("content-length") or MOST_BODY + 1) > MOST_BODY:
            raise HTTPException(413, "Too long.")
        fields = parse_qs((await request.body())[:MOST_BODY].decode("utf-8", "replace"))
        return await run_in_threadpool(_answered, t, fields.get("comment", [""])[0])

    return app


def _answered(token: str, comment: str | None) -> HTMLResponse:
    """The question for a link, or with a comment (it may be empty) the answer kept."""
    settings = get_settings()
    ballots = Ballots.of(settings)
    if ballots is None or settings.warehouse_dsn is None:
        raise HTTPException(404, "Feedback is not switched on here.")
    try:
        ballot = ballots.open(token, datetime.now(UTC))
    except BadLink as fault:
        return _page(410 if "expired" in str(fault) else 400, str(fault))
    with closing(connect(settings.warehouse_dsn.get_secret_value(), "hotline feedback")) as connection:
        contact = load_contacts(connection, [ballot.contact_id]).get(ballot.contact_id)
        if contact is None:
            return _page(404, "This contact is not known here any more.")
        title = subject(contact)
        if comment is None:
            return _page(200, _MEANS[ballot.verdict], title, ballot)
        record_feedback(
            connection,
            contact_id=ballot.contact_id,
            rule=ballot.rule,
            reader=ballot.reader,
            verdict=ballot.verdict,
            comment=comment,
        )
        connection.commit()
    return _page(200, f"Thank you. It is noted as {ballot.verdict}. The other links of the mail change that.", title)


def _page(status: int, words: str, title: str = "", ballot: Ballot | None = None) -> HTMLResponse:
    verdict = {"right": "right", "wrong": "wrong", "duplicate": "a duplicate"}[ballot.verdict] if ballot else ""
    html = _PAGE.render(title=title, words=words, verdict=verdict, longest=LONGEST_COMMENT)
    return HTMLResponse(html, status, headers=HEADERS)
