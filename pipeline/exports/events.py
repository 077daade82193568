"""Event records as researchers' tools read them: GDELT's names of columns, one row for each ordered pair."""

from __future__ import annotations

import csv
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any, Literal, TextIO

from pipeline.exports import words
from pipeline.exports.cameo import GOLDSTEIN, Dyad, dyads
from pipeline.exports.cells import cell
from pipeline.exports.files import replacing
from pipeline.warehouse.extracts import ToldContact

# Names of GDELT 2.0 where it has the thing. GlobalEventID is a UUID here, not a number.
COLUMNS = (
    *("GlobalEventID", "SQLDATE", "MonthYear", "Year"),
    *("Actor1Code", "Actor1Name", "Actor1CountryCode", "Actor1Type1Code", "Actor1Office", "Actor1WikidataID"),
    *("Actor2Code", "Actor2Name", "Actor2CountryCode", "Actor2Type1Code", "Actor2Office", "Actor2WikidataID"),
    *("IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass", "GoldsteinScale"),
    *("PloverEvent", "PloverMode", "NumMentions", "NumSources", "NumArticles", "NumFamilies"),
    *("ActionGeo_FullName", "DATEADDED", "SOURCEURL", "SourceURLs"),
    *("ContactID", "Participants", "Mode", "Status", "DatePrecision", "DurationMinutes", "Topics", "Confidence"),
)
# Verbal cooperation: categories 01 to 05.
QUAD_CLASS = 1


def records(contact: ToldContact, places: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The rows of one contact; none if it has no date at all, or did not take place."""
    day = contact.occurred_on or (contact.first_reported_at and contact.first_reported_at.astimezone(UTC).date())
    if day is None:
        return
    precision = "reported" if contact.occurred_on is None else str(contact.date_precision)
    urls = [url for url in dict.fromkeys(words.link(source.url) for source in contact.sources) if url]
    added = contact.first_reported_at or contact.created_at
    for dyad in dyads(contact, places):
        yield {
            "GlobalEventID": _identity(contact, dyad),
            "SQLDATE": int(day.strftime("%Y%m%d")),
            "MonthYear": int(day.strftime("%Y%m")),
            "Year": day.year,
            **_side("Actor1", dyad, first=True),
            **_side("Actor2", dyad, first=False),
            "IsRootEvent": 1,
            "EventCode": dyad.code,
            "EventBaseCode": dyad.code,
            "EventRootCode": dyad.code[:2],
            "QuadClass": QUAD_CLASS,
            "GoldsteinScale": GOLDSTEIN[dyad.code],
            "PloverEvent": dyad.plover,
            "PloverMode": dyad.plover_mode,
            "NumMentions": len(contact.sources),
            "NumSources": contact.outlets,
            "NumArticles": len(contact.sources),
            "NumFamilies": contact.families,
            "ActionGeo_FullName": words.clean(contact.location),
            "DATEADDED": int(added.astimezone(UTC).strftime("%Y%m%d%H%M%S")),
            "SOURCEURL": urls[0] if urls else "",
            "SourceURLs": urls,
            "ContactID": contact.contact_id,
            "Participants": len(contact.participants),
            "Mode": str(contact.mode),
            "Status": str(contact.status),
            "DatePrecision": precision,
            "DurationMinutes": contact.duration_minutes,
            "Topics": list(contact.topics),
            "Confidence": round(contact.confidence, 4),
        }


def write_events(
    path: Path, contacts: Iterable[ToldContact], places: Mapping[str, str], form: Literal["csv", "jsonl"], guard: bool
) -> int:
    """Write the rows of all these contacts, which may come one by one; returns how many."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        rows = (record for contact in contacts for record in records(contact, places))
        return _jsonl(file, rows) if form == "jsonl" else _csv(file, rows, guard)


def _csv(file: TextIO, rows: Iterable[dict[str, Any]], guard: bool) -> int:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    number = 0
    for row in rows:
        # Lists as GDELT has them: one cell, parts divided by a character that addresses and ids do not hold.
        flat = (" ".join(row[name]) if isinstance(row[name], list) else row[name] for name in COLUMNS)
        writer.writerow([cell(value, guard) for value in flat])
        number += 1
    return number


def _jsonl(file: TextIO, rows: Iterable[dict[str, Any]]) -> int:
    number = 0
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
        number += 1
    return number


def _side(prefix: str, dyad: Dyad, first: bool) -> dict[str, str]:
    actor = dyad.source if first else dyad.target
    person = actor.person
    return {
        f"{prefix}Code": actor.code,
        f"{prefix}Name": words.clean(person.name).upper() if person else "",
        f"{prefix}CountryCode": actor.country,
        f"{prefix}Type1Code": actor.kind,
        f"{prefix}Office": words.clean(person.office) if person else "",
        f"{prefix}WikidataID": (person.wikidata_id or "") if person else "",
    }


def _identity(contact: ToldContact, dyad: Dyad) -> str:
    """The same for the same pair of a contact in every export."""
    sides = [
        actor.code if actor.person is None else f"{actor.person.wikidata_id or actor.person.name}|{actor.country}"
        for actor in (dyad.source, dyad.target)
    ]
    return str(uuid.uuid5(uuid.UUID(contact.contact_id), " > ".join(sides)))
