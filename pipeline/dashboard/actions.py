"""Who may change something from the dashboard, and that it was asked for there: a guard for forms.

A form carries a token that also stands in a strict same-site cookie; another site can neither read nor set both
(double submit, OWASP "Cross-Site Request Forgery Prevention").
"""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Form, HTTPException, Request
from fastapi.responses import Response

COOKIE = "hotline_form"


def token_of(request: Request) -> str:
    """The reader's token: the one that the browser has, or a new one."""
    held = request.cookies.get(COOKIE, "")
    return held if len(held) == 43 else secrets.token_urlsafe(32)


def hand_out(response: Response, request: Request, token: str) -> None:
    """Put the token into the cookie; the page's forms carry it in the field `token`."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure, max_age=12 * 3600)


def asked_here(request: Request, token: Annotated[str, Form(max_length=100)] = "") -> None:
    """A dependency of every route that changes something. Raises 403 for a form that is not of our page."""
    held = request.cookies.get(COOKIE, "")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site != "same-origin" or len(held) != 43 or not secrets.compare_digest(held.encode(), token.encode()):
        raise HTTPException(403, "This form is not of this page, or too old. Go back, load the page again and retry.")
