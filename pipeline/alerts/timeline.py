"""A small picture for a mail: when two leaders were in contact in the half year before, and this time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta

from PIL import Image, ImageDraw, ImageFont

from pipeline.alerts.formats import ENGLISH, Formats
from pipeline.alerts.novelty import SPAN
from pipeline.alerts.phrases import nth, short_day
from pipeline.domain import Mode
from pipeline.warehouse.alerting import SharedContact

# Shown at half of this size, for sharp screens; the card of the mail is 536 wide inside.
WIDTH, HEIGHT = 1072, 150
_LEFT, _RIGHT, _AXIS = 24, 24, 74
_INK, _SOFT, _PAPER = (20, 24, 28), (102, 112, 122), (255, 255, 255)
_REMOTE, _TOGETHER, _WRITTEN = (26, 79, 139), (176, 72, 28), (96, 110, 60)
_COLOURS = {
    Mode.PHONE: _REMOTE,
    Mode.VIDEO: _REMOTE,
    Mode.UNSPECIFIED: _REMOTE,
    Mode.LETTER: _WRITTEN,
    Mode.IN_PERSON: _TOGETHER,
    Mode.VISIT: _TOGETHER,
    Mode.MULTILATERAL: _TOGETHER,
}


def draw(day: date, mode: Mode, earlier: Sequence[SharedContact]) -> bytes:
    """The PNG: a dot for each contact of the SPAN before `day`, a ring for the new one; the same in, the same bytes."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=22)
    first = day - SPAN
    pen.line([(_LEFT, _AXIS), (WIDTH - _RIGHT, _AXIS)], fill=_SOFT, width=2)
    month = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while month <= day:
        x = _x(month, first)
        pen.line([(x, _AXIS - 10), (x, _AXIS + 10)], fill=_SOFT, width=2)
        if x < WIDTH - 90:
            pen.text((x + 6, _AXIS + 18), f"{month:%b}" if month.month > 1 else f"{month:%b %Y}", _SOFT, font)
        month = (month + timedelta(days=32)).replace(day=1)
    for one in sorted(earlier, key=lambda e: e.day):
        x = _x(one.day, first)
        pen.ellipse([x - 9, _AXIS - 9, x + 9, _AXIS + 9], fill=_COLOURS[one.mode], outline=_PAPER, width=2)
    x = _x(day, first)
    pen.ellipse([x - 16, _AXIS - 16, x + 16, _AXIS + 16], fill=_PAPER, outline=_COLOURS[mode], width=6)
    pen.text((WIDTH - _RIGHT, 14), short_day(day), _INK, font, anchor="ra")
    at = _LEFT
    for words, colour in (("calls and talks", _REMOTE), ("in person", _TOGETHER), ("letters", _WRITTEN)):
        pen.ellipse([at, 20, at + 14, 34], fill=colour)
        pen.text((at + 22, 14), words, _SOFT, font)
        at += 22 + int(pen.textlength(words, font)) + 30
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def alt_text(names: str, day: date, earlier: Sequence[SharedContact], formats: Formats = ENGLISH) -> str:
    """What the picture shows, for those who do not see it."""
    days = ", ".join(formats.short_day(e.day) for e in sorted(earlier, key=lambda e: e.day)[-5:])
    count = nth(len(earlier) + 1)
    before = f"; before: {days}" if days else ""
    return f"Timeline: {names}, {formats.short_day(day)}, {count} contact in {SPAN.days} days{before}."


def _x(day: date, first: date) -> int:
    return _LEFT + 18 + round((WIDTH - _LEFT - _RIGHT - 36) * (day - first).days / SPAN.days)
