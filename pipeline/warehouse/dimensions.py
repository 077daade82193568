"""Dimensions from the configuration: countries, leaders and their terms, topics. Rows that it no longer names stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from pipeline.warehouse.text import storable

NAME = "config"
# Any number will do, as long as all of us take the same one.
LOCK = 4_673_912_846


@dataclass(frozen=True, slots=True)
class CountryRow:
    """A country or body; `country` is its code, `kind` "country" or "body"."""

    country: str
    name: str
    kind: str
    adjectives: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class LeaderRow:
    """A person; `gender` is "m", "f" or ""."""

    leader_id: str
    name: str
    gender: str = ""
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TermRow:
    """One time in one office, both days inclusive; `valid_from` None is long ago, `valid_to` None in office."""

    leader_id: str
    country: str
    role: str
    office: str
    office_class: str
    rank: int
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic as it is defined."""

    topic: str
    label: str
    description: str
    threshold: float


@dataclass(frozen=True, slots=True)
class Dimensions:
    """All that the configuration says of the world. Terms refer to `leaders` and `countries`."""

    countries: Sequence[CountryRow] = ()
    leaders: Sequence[LeaderRow] = ()
    terms: Sequence[TermRow] = ()
    topics: Sequence[TopicRow] = ()


def loaded(conn: Connection) -> str | None:
    """The checksum of what was loaded last; None: nothing was."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT checksum FROM meta.reference WHERE name = %s", (NAME,))
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def load(conn: Connection, dimensions: Dimensions, checksum: str) -> dict[str, int]:
    """Bring the tables in line; returns how many rows changed, by table. Repeatable; does not commit.

    Leaders, countries and topics that are no longer named are kept as not listed. A term that is gone was a mistake,
    and goes: a term that ended is changed, not gone.
    """
    with conn.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    changed = {
        "core.country": _merge(
            conn,
            "country",
            ("country", "name", "kind", "adjectives", "capitals", "timezone"),
            [
                (c.country, storable(c.name), c.kind, _texts(c.adjectives), _texts(c.capitals), c.timezone)
                for c in dimensions.countries
            ],
        ),
        "core.leader": _merge(
            conn,
            "leader",
            ("leader_id", "name", "gender", "other_names"),
            [(p.leader_id, storable(p.name), p.gender, _texts(p.other_names)) for p in dimensions.leaders],
        ),
        "core.office_term": _merge_terms(conn, dimensions.terms),
        "core.topic": _merge(
            conn,
            "topic",
            ("topic", "label", "description", "threshold"),
            [(t.topic, storable(t.label), storable(t.description), t.threshold) for t in dimensions.topics],
        ),
    }
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO meta.reference (name, checksum) VALUES (%s, %s)
            ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, loaded_at = now()
            """,
            (NAME, checksum),
        )
    return changed


def _merge(conn: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> int:
    """Upsert by the first column, and unlist what is not among `rows`. Rows that are the same are not written."""
    key, *others = columns
    assigned = ", ".join(f"{name} = excluded.{name}" for name in others)
    old, new = (", ".join(f"{side}.{name}" for name in others) for side in ("known", "excluded"))
    changed = 0
    with conn.cursor() as cursor:
        if rows:
            written = execute_values(
                cursor,
                f"""
                INSERT INTO core.{table} AS known ({", ".join(columns)}) VALUES %s
                ON CONFLICT ({key}) DO UPDATE SET {assigned}, listed = true, updated_at = now()
                WHERE NOT known.listed OR ({old}) IS DISTINCT FROM ({new})
                RETURNING 1
                """,
                rows,
                page_size=2000,
                fetch=True,
            )
            changed += len(written)
        cursor.execute(
            f"UPDATE core.{table} SET listed = false, updated_at = now() WHERE listed AND NOT {key} = ANY (%s)",
            ([row[0] for row in rows],),
        )
        changed += cursor.rowcount
    return changed


def _merge_terms(conn: Connection, terms: Sequence[TermRow]) -> int:
    with conn.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE term_now (
                leader_id text, country text, role text, office text, office_class text, rank integer,
                valid_from date, valid_to date
            ) ON COMMIT DROP
            """
        )
        execute_values(
            cursor,
            "INSERT INTO term_now VALUES %s",
            [
                (t.leader_id, t.country, t.role, storable(t.office), t.office_class, t.rank, t.valid_from, t.valid_to)
                for t in terms
            ],
            page_size=2000,
        )
        cursor.execute(
            """
            DELETE FROM core.office_term AS term WHERE NOT EXISTS (
                SELECT FROM term_now AS now
                WHERE now.leader_id = term.leader_id AND now.country = term.country
                  AND now.office_class = term.office_class AND now.valid_from IS NOT DISTINCT FROM term.valid_from
            )
            """
        )
        changed = cursor.rowcount
        cursor.execute(
            """
            INSERT INTO core.office_term AS known
                (leader_id, country, role, office, office_class, rank, valid_from, valid_to)
            SELECT leader_id, country, role, office, office_class, rank, valid_from, valid_to FROM term_now
            ORDER BY valid_from NULLS FIRST, country, rank
            ON CONFLICT (leader_id, country, office_class, coalesce(valid_from, '-infinity'::date))
            DO UPDATE SET role = excluded.role, office = excluded.office, rank = excluded.rank,
                valid_to = excluded.valid_to, updated_at = now()
            WHERE (known.role, known.office, known.rank, known.valid_to)
                IS DISTINCT FROM (excluded.role, excluded.office, excluded.rank, excluded.valid_to)
            """
        )
        changed += cursor.rowcount
        # The caller's transaction may load once more.
        cursor.execute("DROP TABLE term_now")
    return changed


def _texts(words: Sequence[str]) -> list[str]:
    return [storable(word) for word in words]
