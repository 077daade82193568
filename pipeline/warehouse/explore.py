"""What the dashboard shows: a filtered page of contacts, counts of them by week and pair, and one contact in full.

Every function takes a connection that need not write; texts typed by readers are parameters, never SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg2.extensions import connection as Connection

from pipeline.warehouse.page import CONTACTS, ContactRow
from pipeline.warehouse.text import storable


@dataclass(frozen=True, slots=True)
class Filter:
    """Which contacts are meant. Empty texts and None filter nothing.

    `leader` and `other` are parts of a name, or a country code in capitals; both must take part. `words` must all stand
    in the sentences of one report or the title of its article. `since` and `until` are days, both included.
    """

    leader: str = ""
    other: str = ""
    mode: str = ""
    status: str = ""
    topic: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None
    history: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """One report of a contact with the article's text; `spans` are (start, end) in title + line feed + text."""

    report_id: int
    outlet: str
    family: str
    title: str
    text: str
    url: str
    published: date | None
    mode: str
    status: str
    occurred_on: date | None
    duration_minutes: int | None
    location: str | None
    attribution: str
    confidence: float
    version: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One change of a contact; `changes` maps a field to [before, after]."""

    kind: str
    changed_at: datetime
    changes: dict[str, list[Any]]


WANTED = """
SELECT c.contact_id
FROM core.contact AS c
WHERE c.state = 'active'
  AND (%(mode)s = '' OR c.mode::text = %(mode)s)
  AND (%(status)s = '' OR c.status::text = %(status)s)
  AND (%(topic)s = '' OR %(topic)s = ANY (c.topics))
  AND (%(history)s OR NOT c.historical)
  AND (%(since)s::date IS NULL OR c.occurred_on >= %(since)s::date)
  AND (%(until)s::date IS NULL OR c.occurred_on <= %(until)s::date)
  AND (%(leader)s = '' OR EXISTS (
        SELECT FROM core.contact_participant AS p WHERE p.contact_id = c.contact_id
          AND (p.country = %(leader)s OR strpos(lower(p.name), lower(%(leader)s)) > 0)))
  AND (%(other)s = '' OR EXISTS (
        SELECT FROM core.contact_participant AS p WHERE p.contact_id = c.contact_id
          AND (p.country = %(other)s OR strpos(lower(p.name), lower(%(other)s)) > 0)))
  AND (%(words)s = '{}'::text[] OR EXISTS (
        SELECT FROM core.contact_member AS m
        JOIN core.contact_report AS r ON r.report_id = m.report_id AND r.is_current
        JOIN core.article AS a ON a.article_id = r.article_id
        WHERE m.contact_id = c.contact_id
          AND (SELECT bool_and(strpos(told.text, lower(word)) > 0) FROM unnest(%(words)s::text[]) AS word,
               LATERAL (SELECT lower(a.title || ' ' || coalesce(string_agg(e.text, ' '), '')) AS text
                        FROM core.report_evidence AS e WHERE e.report_id = r.report_id) AS told)))
"""


def _values(filters: Filter) -> dict[str, object]:
    return {
        "leader": storable(filters.leader.strip()),
        "other": storable(filters.other.strip()),
        "mode": storable(filters.mode),
        "status": storable(filters.status),
        "topic": storable(filters.topic),
        "words": [storable(word) for word in filters.words.split()],
        "since": filters.since,
        "until": filters.until,
        "history": filters.history,
    }


def found(conn: Connection, filters: Filter, limit: int, offset: int = 0) -> list[ContactRow]:
    """A page of the contacts, news before history, the newest day first."""
    with conn.cursor() as cursor:
        cursor.execute(
            f"""
            WITH wanted AS MATERIALIZED (
                SELECT contact_id FROM core.contact JOIN ({WANTED}) AS w USING (contact_id)
                ORDER BY historical, occurred_on DESC NULLS LAST, contact_id
                LIMIT %(limit)s OFFSET %(offset)s
            )
            {CONTACTS} JOIN wanted USING (contact_id)
            ORDER BY c.historical, c.occurred_on DESC NULLS LAST, c.contact_id
            """,
            _values(filters) | {"limit": limit, "offset": offset},
        )
        return [ContactRow(*row) for row in cursor.fetchall()]


def count(conn: Connection, filters: Filter) -> int:
    """How many contacts there are."""
    with conn.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({WANTED}) AS wanted", _values(filters))
        return int((cursor.fetchone() or (0,))[0])


def by_week(conn: Connection, filters: Filter, weeks: int = 104) -> list[tuple[date, str, int]]:
    """(Monday, mode, contacts) of the last `weeks` weeks that have a contact which happened; oldest first."""
    with conn.cursor() as cursor:
        cursor.execute(
            f"""
            WITH told AS (
                SELECT date_trunc('week', occurred_on)::date AS week, mode::text AS mode
                FROM core.contact JOIN ({WANTED}) AS wanted USING (contact_id)
                WHERE occurred_on IS NOT NULL AND status IN ('occurred', 'ongoing')
            )
            SELECT week, mode, count(*)::integer FROM told
            WHERE week > (SELECT max(week) FROM told) - 7 * %(weeks)s
            GROUP BY week, mode ORDER BY week, mode
            """,
            _values(filters) | {"weeks": weeks},
        )
        return list(cursor.fetchall())


def pairs(conn: Connection, filters: Filter, limit: int = 400) -> list[tuple[str, str, int]]:
    """(one, other, contacts that happened) by "Name (ISO)" of the leaders, in alphabetical order within a pair."""
    with conn.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT a.name || ' (' || a.country || ')', b.name || ' (' || b.country || ')', count(*)::integer
            FROM core.contact AS c
            JOIN ({WANTED}) AS wanted USING (contact_id)
            JOIN core.contact_participant AS a USING (contact_id)
            JOIN core.contact_participant AS b USING (contact_id)
            WHERE c.status IN ('occurred', 'ongoing')
              AND (a.name COLLATE "C", a.country COLLATE "C") < (b.name COLLATE "C", b.country COLLATE "C")
            GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT %(limit)s
            """,
            _values(filters) | {"limit": limit},
        )
        return list(cursor.fetchall())


def topics(conn: Connection) -> list[str]:
    """The topics that contacts have, by name."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT DISTINCT unnest(topics) FROM core.contact WHERE state = 'active' ORDER BY 1")
        return [topic for (topic,) in cursor.fetchall()]


def told(conn: Connection, contact_id: str) -> list[Told]:
    """The current reports of a contact with their articles, the oldest first."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT report.report_id, outlet.name, outlet.family, article.title, article.text, article.url,
                   article.published_on, report.mode::text, report.status::text, report.occurred_on,
                   report.duration_minutes, report.location, array_to_string(report.attribution, ', '),
                   report.confidence, analysis.version,
                   (SELECT array_agg(ARRAY[e.start_offset, e.end_offset] ORDER BY e.start_offset)
                    FROM core.report_evidence AS e WHERE e.report_id = report.report_id)
            FROM core.contact_member AS member
            JOIN core.contact_report AS report USING (report_id)
            JOIN core.analysis AS analysis USING (analysis_id)
            JOIN core.article AS article ON article.article_id = report.article_id
            JOIN core.outlet AS outlet USING (outlet_id)
            WHERE member.contact_id = %s AND report.is_current
            ORDER BY article.published_at NULLS LAST, article.article_id, report.position
            """,
            (contact_id,),
        )
        return [
            # The row of a cursor has no types; its columns stand in the order of the fields.
            Told(*row[:15], spans=tuple((a, b) for a, b in row[15] or ()))  # type: ignore[misc]
            for row in cursor.fetchall()
        ]


def history(conn: Connection, contact_id: str) -> list[Changed]:
    """What happened to a contact, the oldest first."""
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT kind, changed_at, changes FROM core.contact_history WHERE contact_id = %s ORDER BY history_id",
            (contact_id,),
        )
        return [Changed(kind, at, dict(changes or {})) for kind, at, changes in cursor.fetchall()]


def moved_to(conn: Connection, contact_id: str) -> str | None:
    """The contact that took the reports of a merged one, followed to the end; None if it is active or unknown."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE way AS (
                SELECT merged_into AS target, 1 AS steps FROM core.contact WHERE contact_id = %s
                UNION ALL
                SELECT c.merged_into, steps + 1 FROM way JOIN core.contact AS c ON c.contact_id = way.target
                WHERE c.merged_into IS NOT NULL AND steps < 50
            )
            SELECT target::text FROM way WHERE target IS NOT NULL ORDER BY steps DESC LIMIT 1
            """,
            (contact_id,),
        )
        row = cursor.fetchone()
    return str(row[0]) if row else None


def names(rows: Sequence[tuple[str, str, int]], most: int) -> list[str]:
    """The leaders with the most contacts among `pairs`, at most `most`, the busiest first."""
    tally: dict[str, int] = {}
    for one, other, contacts in rows:
        for name in (one, other):
            tally[name] = tally.get(name, 0) + contacts
    return sorted(tally, key=lambda name: (-tally[name], name))[:most]
