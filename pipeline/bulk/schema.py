"""The form of report files: Parquet, one row an article, with all that `understand` says of it (docs/scale.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from pipeline.domain import (
    Analysis,
    ContactReport,
    DatePrecision,
    Evidence,
    Mode,
    Ordinal,
    Participant,
    Status,
    Topic,
)

# Raised when a column changes its sense or goes; columns that are only added leave it as it is.
VERSION = 1

_HALF = re.compile(r"[\ud800-\udfff]")
_TEXTS = pa.list_(pa.string())
_PARTICIPANT = pa.struct(
    [("name", pa.string()), ("country", pa.string()), ("wikidata_id", pa.string()), ("office", pa.string())]
)
_CONTACT = pa.struct(
    [
        ("participants", pa.list_(_PARTICIPANT)),
        ("mode", pa.string()),
        ("status", pa.string()),
        ("date", pa.date32()),
        ("date_precision", pa.string()),
        ("duration_minutes", pa.int32()),
        ("location", pa.string()),
        ("initiator", pa.string()),
        ("ordinal", pa.struct([("count", pa.int32()), ("window", pa.string())])),
        ("attribution", _TEXTS),
        ("topics", _TEXTS),
        ("historical", pa.bool_()),
        ("confidence", pa.float64()),
        ("evidence", pa.list_(pa.struct([("text", pa.string()), ("start", pa.int32()), ("end", pa.int32())]))),
    ]
)
SCHEMA = pa.schema(
    [
        ("schema_version", pa.int32()),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("error", pa.string()),
        ("id", pa.string()),
        ("asked_url", pa.string()),
        ("url", pa.string()),
        ("identity", pa.string()),
        ("title", pa.string()),
        ("text", pa.string()),
        ("published_at", pa.timestamp("us", tz="UTC")),
        ("published_on", pa.date32()),
        ("published_source", pa.string()),
        ("language", pa.string()),
        ("outlet", pa.string()),
        ("timezone", pa.string()),
        ("byline", pa.string()),
        ("section", pa.string()),
        ("updated_at", pa.timestamp("us", tz="UTC")),
        ("image", pa.string()),
        ("dateline", pa.string()),
        ("wire", pa.string()),
        ("model_version", pa.string()),
        ("topics", pa.list_(pa.struct([("topic", pa.string()), ("score", pa.float64())]))),
        ("contacts", pa.list_(_CONTACT)),
    ]
)


_PLAIN = (
    *("id", "asked_url", "url", "identity", "title", "text", "language", "outlet", "timezone"),
    *("byline", "section", "image", "dateline", "wire"),
)


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article out of a file, as far as the file tells of it. `row` counts its lines, rows or captures from 1.

    `asked_url` is the address that a crawler asked for, `url` the article's own; `identity` is set for a live blog's
    post, which has none but its page's. With `error` set there is no article.
    """

    row: int
    id: str | None = None
    asked_url: str | None = None
    url: str | None = None
    identity: str | None = None
    title: str = ""
    text: str = ""
    published: datetime | date | None = None
    published_source: str = "none"
    language: str | None = None
    outlet: str | None = None
    timezone: str = "UTC"
    byline: str | None = None
    section: str | None = None
    updated: datetime | None = None
    image: str | None = None
    dateline: str | None = None
    wire: str | None = None
    error: str | None = None


def row_of(source: str, article: ReadArticle, analysis: Analysis | None) -> dict[str, Any]:
    """One row of a report file; without an analysis, the row that says why there is none."""
    published = article.published
    row = {
        "schema_version": VERSION,
        "source_file": source,
        "source_row": article.row,
        "published_at": published if isinstance(published, datetime) else None,
        "published_on": published if not isinstance(published, datetime) else None,
        "updated_at": article.updated,
        "model_version": analysis.version if analysis else None,
        "topics": [{"topic": t.topic, "score": t.score} for t in analysis.topics] if analysis else [],
        "contacts": [_contact(c) for c in analysis.contacts] if analysis else [],
    }
    for name in SCHEMA.names:
        if name not in row and name not in ("published_at", "published_on"):
            row[name] = getattr(article, name)
    return {name: writable(value) for name, value in row.items()}


def writable(value: Any) -> Any:
    """Half characters, which no UTF-8 holds, are replaced one for one, so that offsets stay right."""
    if isinstance(value, str):
        return value if value.isascii() else _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [writable(v) for v in value]
    if isinstance(value, dict):
        return {k: writable(v) for k, v in value.items()}
    return value


def _contact(report: ContactReport) -> dict[str, Any]:
    ordinal = report.ordinal
    return {
        "participants": [
            {"name": p.name, "country": p.country, "wikidata_id": p.wikidata_id, "office": p.office}
            for p in report.participants
        ],
        "mode": report.mode.value,
        "status": report.status.value,
        "date": report.date,
        "date_precision": report.date_precision.value if report.date_precision else None,
        "duration_minutes": report.duration_minutes,
        "location": report.location,
        "initiator": report.initiator,
        "ordinal": {"count": ordinal.count, "window": ordinal.window} if ordinal else None,
        "attribution": list(report.attribution),
        "topics": list(report.topics),
        "historical": report.historical,
        "confidence": report.confidence,
        "evidence": [{"text": e.text, "start": e.start, "end": e.end} for e in report.evidence],
    }


def reading_of(row: dict[str, Any]) -> tuple[ReadArticle, Analysis]:
    """A row's article and analysis. Raises ValueError where it holds none, or one that no version of ours writes; the
    message names the column and the mend."""
    if row["schema_version"] != VERSION:
        raise ValueError(
            f"schema_version is {row['schema_version']!r}, not {VERSION}: make the file anew by this program, or load "
            "it with the one that wrote it"
        )
    if row["error"] is not None:
        raise ValueError(f"{row['source_file']}, row {row['source_row']}: {row['error']}")
    for name in ("title", "text", "model_version", "timezone", "topics", "contacts"):
        if row[name] is None:
            raise ValueError(f"{name} is missing: make the file anew")
    article = ReadArticle(
        row=row["source_row"] or 0,
        published=row["published_at"] or row["published_on"],
        updated=row["updated_at"],
        **{name: row[name] for name in _PLAIN},
        published_source=row["published_source"] or "none",
    )
    whole = f"{article.title}\n{article.text}"
    topics = tuple(Topic(_text(t, "topic"), _share(t, "score")) for t in row["topics"])
    if len({t.topic for t in topics}) != len(topics):
        raise ValueError("topics: one of them stands twice")
    contacts = []
    for number, told in enumerate(row["contacts"], 1):
        try:
            contacts.append(_report(told, whole))
        except (ValueError, TypeError, KeyError) as fault:
            raise ValueError(f"contact {number}: {fault}") from fault
    if not row["model_version"].strip():
        raise ValueError("model_version is empty: it says by what the article was read")
    return article, Analysis(topics, tuple(contacts), row["model_version"])


def _report(told: dict[str, Any], whole: str) -> ContactReport:
    participants = tuple(
        Participant(_text(p, "name"), _text(p, "country"), p["wikidata_id"], p["office"] or "")
        for p in told["participants"]
    )
    if not participants:
        raise ValueError("participants: there are none")
    precision, ordinal, minutes = told["date_precision"], told["ordinal"], told["duration_minutes"]
    if (told["date"] is None) != (precision is None):
        raise ValueError("date and date_precision go together")
    if minutes is not None and minutes <= 0:
        raise ValueError(f"duration_minutes is {minutes}")
    if ordinal is not None and (ordinal["count"] is None or ordinal["count"] <= 0):
        raise ValueError(f"ordinal: the count is {ordinal['count']}")
    if told["historical"] is None:
        raise ValueError("historical is missing")
    evidence = tuple(Evidence(e["text"], e["start"], e["end"]) for e in told["evidence"])
    for e in evidence:
        if not e.text or e.start < 0 or whole[e.start : e.end] != e.text:
            raise ValueError(f"evidence {e.text!r:.60} does not stand at {e.start} to {e.end} of title and text")
    return ContactReport(
        participants=participants,
        mode=Mode(told["mode"]),
        status=Status(told["status"]),
        date=told["date"],
        date_precision=DatePrecision(precision) if precision is not None else None,
        duration_minutes=minutes,
        location=told["location"],
        initiator=told["initiator"],
        ordinal=Ordinal(ordinal["count"], ordinal["window"]) if ordinal is not None else None,
        attribution=tuple(_each_text(told, "attribution")),
        topics=tuple(_each_text(told, "topics")),
        historical=told["historical"],
        confidence=_share(told, "confidence"),
        evidence=evidence,
    )


def _text(told: dict[str, Any], name: str) -> str:
    value = told[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is {'missing' if value is None else 'empty'}")
    return value


def _each_text(told: dict[str, Any], name: str) -> list[str]:
    values = told[name] or []
    if any(value is None for value in values):
        raise ValueError(f"{name}: one of them is missing")
    return list(values)


def _share(told: dict[str, Any], name: str) -> float:
    value = told[name]
    if value is None or not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}, not from 0 to 1")
    return float(value)
