"""What a rebuild reads and marks: the reports in its scope, window by window, and contacts that are no news."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from psycopg2.extensions import connection as Connection

from pipeline.domain import Article, Contact, Status
from pipeline.warehouse.articles import load_article
from pipeline.warehouse.contacts import Change, save_contacts
from pipeline.warehouse.reports import SETTLING_LOCK

# Reports of one event are dated within these days of each other, with room to spare (a plan "for May", told in April).
MARGIN = timedelta(days=60)
# Reports settled at a time; more only where so many fall on one day. At a hundred a day the margins add as many again;
# all together are about 200 MB.
WINDOW_REPORTS = 20_000
READ_AT_ONCE = 200

# Reports that take part: those settled so far, whatever waits to be read again; none that still waits to be settled,
# for what it tells is news.
TAKES_PART = """
    report.is_current AND (
        item.stage = 'reconciled'
        OR EXISTS (SELECT FROM core.contact_member AS member WHERE member.report_id = report.report_id))
"""
NAMES_LEADER = """(
    %(leader)s::text IS NULL OR EXISTS (
        SELECT FROM core.report_participant AS p
        WHERE p.report_id = report.report_id
          AND (p.name ILIKE %(pattern)s OR p.country = upper(%(leader)s) OR p.wikidata_id = %(leader)s)))
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """What to rebuild: `since` and `until` (inclusive) compare with the day that a report speaks of, or was printed on;
    `leader` is part of a name, a country code or a Wikidata id."""

    since: date | None = None
    until: date | None = None
    leader: str | None = None

    @property
    def values(self) -> dict[str, object]:
        bare = (self.leader or "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return {"since": self.since, "until": self.until, "leader": self.leader, "pattern": f"%{bare}%"}


@dataclass(frozen=True, slots=True)
class Window:
    """Days (inclusive) whose reports are settled together; `reports` counts those in scope."""

    first: date
    last: date
    reports: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A report to settle; `fresh` if it is in scope itself, and not only there as a neighbour."""

    report_id: int
    article_id: int
    reference_on: date
    fresh: bool


def begin(conn: Connection) -> None:
    """Nobody else settles until the end of this transaction."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (SETTLING_LOCK,))


def articles_in(conn: Connection, scope: Scope) -> Iterator[tuple[int, Article]]:
    """Settled articles in scope, oldest first, to be read anew; with a leader those with a report that names them."""
    with conn.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT article.item_id FROM core.article JOIN staging.item USING (item_id)
            WHERE item.stage = 'reconciled'
              AND (%(since)s::date IS NULL OR coalesce(published_on, extracted_at::date) >= %(since)s)
              AND (%(until)s::date IS NULL OR coalesce(published_on, extracted_at::date) <= %(until)s)
              AND (%(leader)s::text IS NULL OR EXISTS (
                  SELECT FROM core.contact_report AS report
                  WHERE report.article_id = article.article_id AND report.is_current AND {NAMES_LEADER}))
            ORDER BY published_on, article_id
            """,
            scope.values,
        )
        items = [row[0] for row in cursor.fetchall()]
    for item_id in items:
        yield load_article(conn, item_id)


def place_heirs(conn: Connection, articles: Collection[int]) -> None:
    """Let reports of a newer reading stand where those stood whose heirs they are, before anything is settled.

    Otherwise contacts whose new reports come in a later window would look abandoned. Does not commit.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core.contact_member (contact_id, report_id)
            SELECT former.contact_id, report.report_id
            FROM core.contact_report AS report JOIN core.contact_member AS former
                ON former.report_id = report.predecessor_id
            WHERE report.article_id = ANY(%(articles)s) AND report.is_current
            ON CONFLICT (report_id) DO NOTHING
            """,
            {"articles": list(articles)},
        )
        cursor.execute(
            """
            UPDATE core.contact SET unsettled = false
            WHERE unsettled AND contact_id IN (
                SELECT contact_id FROM core.contact_member JOIN core.contact_report USING (report_id)
                WHERE article_id = ANY(%s))
            """,
            (list(articles),),
        )


def mark_scope(conn: Connection, scope: Scope, reread: Collection[int]) -> list[Window]:
    """Note the reports to settle (for this transaction), and cut them into windows. Does not commit.

    Those are the reports in scope, those of articles read anew, and their mates in contacts.
    """
    with conn.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.rebuild_scope")
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE rebuild_scope ON COMMIT DROP AS
            SELECT report.report_id, report.reference_on
            FROM core.contact_report AS report
            JOIN core.article USING (article_id)
            JOIN staging.item USING (item_id)
            WHERE {TAKES_PART}
              AND (%(since)s::date IS NULL OR report.reference_on >= %(since)s)
              AND (%(until)s::date IS NULL OR report.reference_on <= %(until)s)
              AND {NAMES_LEADER}
            UNION
            SELECT report_id, reference_on FROM core.contact_report
            WHERE article_id = ANY(%(reread)s) AND is_current
            UNION
            SELECT mate.report_id, mate.reference_on
            FROM core.contact_report AS own
            JOIN core.contact_member AS mine ON mine.report_id = own.report_id
            JOIN core.contact_member AS theirs ON theirs.contact_id = mine.contact_id
            JOIN core.contact_report AS mate ON mate.report_id = theirs.report_id AND mate.is_current
            WHERE own.article_id = ANY(%(reread)s)
            """,
            {**scope.values, "reread": list(reread)},
        )
        cursor.execute("CREATE INDEX ON rebuild_scope (reference_on)")
        cursor.execute("CREATE INDEX ON rebuild_scope (report_id)")
        cursor.execute("ANALYZE rebuild_scope")
        cursor.execute("SELECT reference_on, count(*) FROM rebuild_scope GROUP BY 1 ORDER BY 1")
        return cut(cursor.fetchall())


def cut(days: Sequence[tuple[date, int]], most: int = WINDOW_REPORTS) -> list[Window]:
    """Days with their number of reports -> windows of about `most` reports."""
    windows: list[Window] = []
    for day, count in days:
        last = windows[-1] if windows else None
        # A gap that no event bridges is a good place to cut, and keeps the margins from being read for nothing.
        if last is None or last.reports + count > most or day - last.last > MARGIN:
            windows.append(Window(day, day, count))
        else:
            windows[-1] = Window(last.first, day, last.reports + count)
    return windows


def window_reports(conn: Connection, window: Window, scope: Scope) -> list[Placed]:
    """The reports in scope of a window, and all that may be of one event with them."""
    neighbours = "true"
    if scope.leader is not None:
        neighbours = """
            report.report_id IN (
                SELECT near.report_id
                FROM core.report_participant AS own
                JOIN core.report_participant AS near USING (person_key)
                WHERE own.report_id IN (SELECT report_id FROM rebuild_scope
                                        WHERE reference_on BETWEEN %(first)s AND %(last)s)
                  AND near.reference_on BETWEEN %(low)s AND %(high)s)
        """
    with conn.cursor() as cursor:
        cursor.execute(
            f"""
            WITH mates AS (
                SELECT DISTINCT theirs.report_id
                FROM rebuild_scope
                JOIN core.contact_member AS mine USING (report_id)
                JOIN core.contact_member AS theirs ON theirs.contact_id = mine.contact_id
                WHERE rebuild_scope.reference_on BETWEEN %(first)s AND %(last)s
            ), chosen AS (
                SELECT report_id FROM core.contact_report AS report
                JOIN core.article USING (article_id) JOIN staging.item USING (item_id)
                WHERE report.reference_on BETWEEN %(low)s AND %(high)s AND {TAKES_PART} AND {neighbours}
                UNION
                SELECT report_id FROM mates
                UNION
                SELECT report_id FROM rebuild_scope WHERE reference_on BETWEEN %(low)s AND %(high)s
            )
            SELECT report_id, report.article_id, report.reference_on, scope.report_id IS NOT NULL
            FROM chosen
            JOIN core.contact_report AS report USING (report_id)
            LEFT JOIN rebuild_scope AS scope USING (report_id)
            WHERE report.is_current
            """,
            {
                "first": window.first,
                "last": window.last,
                "low": window.first - MARGIN,
                "high": window.last + MARGIN,
            },
        )
        return [Placed(*row) for row in cursor.fetchall()]


def retire_abandoned(conn: Connection, articles: Collection[int], now: datetime) -> list[Change]:
    """Withdraw, or merge, contacts that the older readings of these articles spoke of and no current report does."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core.contact SET unsettled = true
            WHERE state = 'active'
              AND contact_id IN (
                  SELECT contact_id FROM core.contact_member JOIN core.contact_report USING (report_id)
                  WHERE article_id = ANY(%s))
              AND NOT EXISTS (
                  SELECT FROM core.contact_member AS member JOIN core.contact_report AS report USING (report_id)
                  WHERE member.contact_id = contact.contact_id AND report.is_current)
            """,
            (list(articles),),
        )
        if cursor.rowcount == 0:
            return []
    return [c for c in save_contacts(conn, [], now, list(articles)) if c.kind in ("merged", "withdrawn")]


def refresh_plans(conn: Connection) -> None:
    """Let the database see what this transaction has written so far.

    It checks foreign keys by plans made when they were first needed: on tables that were empty then, row by row.
    """
    with conn.cursor() as cursor:
        cursor.execute("ANALYZE core.contact, core.contact_member, core.contact_participant, core.contact_history")


def mend_links(conn: Connection) -> int:
    """Untie contacts from a summit that was seen from its rim alone, and not saved. Returns how many."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core.contact AS part SET part_of = NULL
            WHERE part_of IS NOT NULL
              AND NOT EXISTS (SELECT FROM core.contact AS whole WHERE whole.contact_id = part.part_of)
            """
        )
        return cursor.rowcount


def hush(conn: Connection, contact_ids: Collection[str], now: datetime) -> int:
    """Mark those of these contacts that this transaction found, or gave another status: they are no news.

    No first mail is written of them while they keep that status. Returns how many. Does not commit.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core.contact SET quiet_since = %(now)s, quiet_status = status
            WHERE contact_id = ANY(%(ids)s::uuid[]) AND contact_id IN (
                SELECT contact_id FROM core.contact_history
                WHERE contact_id = ANY(%(ids)s::uuid[]) AND recorded_at = now()
                  AND (kind = 'new' OR (kind = 'changed' AND changes ?| ARRAY['state', 'status'])))
            """,
            {"now": now, "ids": list(contact_ids)},
        )
        return cursor.rowcount


def is_quiet(conn: Connection, contact: Contact) -> bool:
    """Whether a contact is no news as it stands: a rebuild or a review found it so."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT quiet_status FROM core.contact WHERE contact_id = %s::uuid", (contact.contact_id,))
        row = cursor.fetchone()
    if row is None or row[0] is None:
        return False
    found = Status(row[0])
    return found is contact.status or (found.happened and contact.status.happened)


def kin_of(conn: Connection, articles: Collection[int]) -> set[int]:
    """Articles that share a contact with an older reading of these: what that contact is then rests on them."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT mate.article_id
            FROM core.contact_report AS old
            JOIN core.contact_member AS own ON own.report_id = old.report_id
            JOIN core.contact_member AS other ON other.contact_id = own.contact_id
            JOIN core.contact_report AS mate ON mate.report_id = other.report_id AND mate.is_current
            WHERE old.article_id = ANY(%(articles)s) AND NOT old.is_current
            """,
            {"articles": list(articles)},
        )
        return {row[0] for row in cursor.fetchall()}
