"""The stable line format of `hotline analyse`: one article a line in, one analysis a line out (docs/analyse.md)."""

from __future__ import annotations

import json
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pipeline.domain import Analysis, Article, ContactReport


class LineError(ValueError):
    """A line that is no article; `article_id` is its id where there is one."""

    def __init__(self, article_id: Any, problem: str) -> None:
        super().__init__(problem)
        self.article_id = article_id


def parse(line: bytes) -> tuple[str | int, Article]:
    """One line of input: its id as given, and the article.

    Raises:
        LineError: the line is no JSON object, or a field has the wrong type; the message names the field.
    """
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LineError(None, f"the line is not UTF-8 (byte {error.start})") from None
    except (ValueError, RecursionError) as error:
        raise LineError(None, f"the line is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise LineError(None, f"the line is a JSON {_type(row)}, not an object")
    article_id = row.get("id")
    if not isinstance(article_id, str | int) or isinstance(article_id, bool):
        raise LineError(None, f"id is {_type(article_id)}, not a string")
    fields = {name: _text(row, article_id, name) for name in ("title", "text", "language", "url", "outlet", "timezone")}
    if row.get("title") is None and row.get("text") is None:
        raise LineError(article_id, "neither title nor text is given")
    article = Article(
        id=str(article_id),
        title=fields["title"] or "",
        text=fields["text"] or "",
        published=_published(row.get("published"), article_id),
        language=fields["language"],
        url=fields["url"],
        timezone=fields["timezone"] or "UTC",
        outlet=fields["outlet"],
    )
    return article_id, article


def _type(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def _text(row: dict[str, Any], article_id: Any, name: str) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise LineError(article_id, f"{name} is {_type(value)}, not a string")
    return value


def _published(value: Any, article_id: Any) -> datetime | date | None:
    """ISO 8601 (a day or a moment) or the form of e-mail and RSS; a moment without a zone counts as its day."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise LineError(article_id, f"published is {_type(value)}, not a string")
    text = value.strip()
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            raise LineError(
                article_id, f"published is {text[:40]!r}; write 2022-02-12T18:40:00Z, 2022-02-12 or null"
            ) from None
    return moment if moment.tzinfo is not None else moment.date()


def dump(article_id: Any, analysis: Analysis) -> bytes:
    """One line of output, without its newline."""
    return _line(
        {
            "id": article_id,
            "topics": [{"topic": t.topic, "score": round(t.score, 4)} for t in analysis.topics],
            "contacts": [contact_row(c) for c in analysis.contacts],
        }
    )


def dump_error(error: LineError) -> bytes:
    """The line of output that stands for a malformed one."""
    return _line({"id": error.article_id, "error": str(error)})


def contact_row(contact: ContactReport) -> dict[str, Any]:
    """A contact report as the stable interface names its fields."""
    ordinal = contact.ordinal
    return {
        "participants": [
            {"name": p.name, "country": p.country, "wikidata_id": p.wikidata_id, "office": p.office}
            for p in contact.participants
        ],
        "mode": contact.mode.value,
        "status": contact.status.value,
        "date": contact.date.isoformat() if contact.date else None,
        "date_precision": contact.date_precision.value if contact.date_precision else None,
        "duration_minutes": contact.duration_minutes,
        "location": contact.location,
        "initiator": contact.initiator,
        "ordinal": {"count": ordinal.count, "window": ordinal.window} if ordinal else None,
        "attribution": list(contact.attribution),
        "topics": list(contact.topics),
        "historical": contact.historical,
        "confidence": contact.confidence,
        "evidence": [{"text": e.text, "start": e.start, "end": e.end} for e in contact.evidence],
    }


def _line(row: dict[str, Any]) -> bytes:
    text = json.dumps(row, ensure_ascii=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair can only be written escaped
        return json.dumps(row).encode("ascii")
