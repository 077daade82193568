"""Invented news in any number, as rows for COPY: outlets, feeds, items, articles, topics, reports, contacts."""

from __future__ import annotations

import hashlib
import io
import random
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.warehouse.connect import connect

FIRST, DAYS = date(2021, 1, 1), 1826
OUTLETS, FEEDS_EACH = 60, 4
TOPICS = (
    *("deescalation_talks", "ceasefire_or_peace_negotiation", "military_action", "sanctions", "trade"),
    *("energy", "summit_diplomacy", "elections", "migration"),
)
MODES = ("phone", "phone", "phone", "in_person", "in_person", "video", "visit", "multilateral", "unspecified")
STATUSES = (*["occurred"] * 8, "planned", "cancelled")
COMMON = re.findall(
    r"\w+",
    """
    government president minister parliament border market price energy court police school weather match team bank
    union council vote party talks crisis budget report company strike train road city harbour river region village
    """,
)
# The pair that the cookbook asks for is to be the busiest: the worst case for it.
PAIR = ("Q3052772", "Q7747")
BLOCK = 20_000


@dataclass(slots=True)
class Told:
    """A contact, and what is known of it while its reports come in."""

    contact_id: str
    day: date
    mode: str
    status: str
    people: tuple[tuple[str, str, str], ...]
    reports: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class News:
    """How much news; the same numbers give the same news."""

    articles: int
    words: int

    def day(self, number: int) -> date:
        """Articles are numbered from 1 in the order of their days."""
        return FIRST + timedelta(days=(number - 1) * DAYS // self.articles)

    def at(self, number: int) -> datetime:
        return datetime.combine(self.day(number), datetime.min.time()) + timedelta(minutes=number * 7 % 1440)


def load_news(dsn: str, news: News, loaders: int) -> Iterator[tuple[str, int, float]]:
    """Load all of it; (table, rows, seconds) one by one. The order is that of the foreign keys."""
    with closing(connect(dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT leader_id, name, country FROM core.office_term JOIN core.leader USING (leader_id) "
            "WHERE role = 'leader' AND rank <= 1 AND valid_to IS NULL ORDER BY country, rank, leader_id"
        )
        people = list(dict.fromkeys(cursor.fetchall()))
    yield _copy(dsn, "core.outlet", "outlet_id, name, family, kind, country, language, timezone", _outlets())
    yield _copy(dsn, "staging.feed", "feed_id, outlet_id, url, added_at, updated_at, last_polled_at", _feeds())
    polls = max(news.articles // 5, 1000)
    yield _copy(
        dsn,
        "staging.feed_poll",
        "feed_id, polled_at, recorded_at, seconds, status, reason, not_modified, entries, new_items",
        _polls(polls),
    )
    # Every ninth item was refused, so items outnumber articles.
    yield _in_blocks(
        dsn,
        loaders,
        news.articles + news.articles // 8,
        "staging.item",
        "item_id, url_key, url_hash, url, feed_id, title, summary, published, stage, reason, discovered_at, stage_at",
        lambda numbers: _items(news, numbers),
    )
    yield _in_blocks(
        dsn,
        loaders,
        news.articles,
        "core.article",
        "article_id, item_id, outlet_id, url, canonical_key, canonical_hash, content_hash, title, text, "
        "language, published_at, published_on, published_source, words, extracted_at",
        lambda numbers: _articles(news, numbers),
    )
    yield _in_blocks(
        dsn,
        loaders,
        news.articles,
        "core.analysis",
        "analysis_id, article_id, version",
        lambda numbers: ((n, n, "bench") for n in numbers),
    )
    yield _in_blocks(dsn, loaders, news.articles, "core.article_topic", "analysis_id, topic, score", _topics)
    contacts = list(_contacts(news, people))
    reports = [(contact, *report) for contact in contacts for report in contact.reports]
    yield _copy(
        dsn,
        "core.contact_report",
        "report_id, analysis_id, article_id, position, mode, status, occurred_on, "
        "date_precision, reference_on, duration_minutes, topics, historical, confidence",
        (
            (r, a, a, 0, c.mode, c.status, c.day, "day", c.day, m, "{deescalation_talks}", False, 0.9)
            for c, r, a, m in reports
        ),
    )
    yield _copy(
        dsn,
        "core.report_participant",
        "report_id, position, person_key, reference_on, name, country, wikidata_id, office",
        (
            (r, p, k, c.day, name, country, k, "President")
            for c, r, *_ in reports
            for p, (k, name, country) in enumerate(c.people)
        ),
    )
    yield _copy(
        dsn,
        "core.report_evidence",
        "report_id, position, text, start_offset, end_offset",
        ((r, 0, s, 0, len(s)) for c, r, *_ in reports for s in [_sentence(c)]),
    )
    yield _copy(
        dsn,
        "core.contact",
        "contact_id, mode, status, occurred_on, date_precision, duration_minutes, historical, "
        "topics, confidence, first_reported_at, last_reported_at, outlets, families, created_at, updated_at",
        (_contact(news, c) for c in contacts),
    )
    yield _copy(
        dsn,
        "core.contact_participant",
        "contact_id, position, person_key, name, country, wikidata_id, office",
        (
            (c.contact_id, p, k, name, country, k, "President")
            for c in contacts
            for p, (k, name, country) in enumerate(c.people)
        ),
    )
    yield _copy(dsn, "core.contact_member", "report_id, contact_id", ((r, c.contact_id) for c, r, *_ in reports))
    yield _copy(dsn, "core.contact_history", "contact_id, kind, changes, changed_at", _history(news, contacts))


def _outlets() -> Iterator[tuple[Any, ...]]:
    for n in range(1, OUTLETS + 1):
        yield n, f"Outlet {n}", f"family-{n % 45}", "paper" if n % 6 else "agency", "GBR", "en", "UTC"


def _feeds() -> Iterator[tuple[Any, ...]]:
    for n in range(OUTLETS * FEEDS_EACH):
        yield f"feed-{n}", n % OUTLETS + 1, f"http://feed-{n}.test/rss", FIRST, FIRST, FIRST + timedelta(days=DAYS)


def _polls(count: int) -> Iterator[tuple[Any, ...]]:
    for n in range(count):
        at = FIRST + timedelta(days=n * DAYS // count)
        failed = n % 97 == 0
        yield (
            f"feed-{n % (OUTLETS * FEEDS_EACH)}",
            at,
            at,
            0.4,
            503 if failed else 200,
            "http_server_error" if failed else None,
            False,
            0 if failed else 30,
            0 if failed else 5,
        )


def _items(news: News, numbers: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    for n in numbers:
        refused = n > news.articles
        at = news.at(n if not refused else (n - news.articles) * 8)
        feed = f"feed-{n % (OUTLETS * FEEDS_EACH)}"
        reason = ("paywall_teaser", "duplicate", "http_forbidden", "too_short")[n % 4] if refused else None
        yield (
            n,
            f"news.test/{n}",
            _hash(n),
            f"http://news.test/{n}",
            feed,
            f"Story {n} of the day",
            "",
            at,
            "refused" if refused else "reconciled",
            reason,
            at,
            at,
        )


def _articles(news: News, numbers: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    numbers = list(numbers)
    chance = random.Random(numbers[0])
    rare = [f"{a}{b}" for a in ("bram", "zor", "quil", "tef", "vash", "lum") for b in range(3000)]
    sentences = [
        " ".join(chance.choices(COMMON, k=9) + chance.choices(rare, k=6)).capitalize() + "." for _ in range(3000)
    ]
    for n in numbers:
        text = " ".join(chance.choices(sentences, k=max(news.words // 15, 1)))
        if n % 10 == 0:
            text = "The two presidents spoke by phone about the crisis. " + text
        if n % 50_021 == 1:
            text += " A zeppelin was seen."
        title = f"{chance.choice(COMMON)} {chance.choice(rare)} {chance.choice(COMMON)} {n}"
        if n % 50_021 == 1:
            title = f"Zeppelin over the {chance.choice(COMMON)} {n}"
        # The feed's own outlet, as ingest would have it.
        yield (
            n,
            n,
            n % (OUTLETS * FEEDS_EACH) % OUTLETS + 1,
            f"http://news.test/{n}",
            f"news.test/{n}",
            _hash(n),
            _hash(n),
            title,
            text,
            "en",
            news.at(n),
            news.day(n),
            "feed",
            news.words,
            news.at(n),
        )


def _topics(numbers: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    for n in numbers:
        if n % 3:
            yield n, TOPICS[n % len(TOPICS)], 0.9
        if n % 6 == 1:
            yield n, TOPICS[(n + 1) % len(TOPICS)], 0.6


def _contacts(news: News, people: list[tuple[str, str, str]]) -> Iterator[Told]:
    """Contacts with their reports (report id, article id, minutes): every tenth article tells of one of the latest."""
    chance = random.Random(1)
    # A few leaders are in most of the news.
    weights = [1 / (1 + place) for place in range(len(people))]
    order = sorted(people, key=lambda p: (p[0] not in PAIR, hashlib.sha256(p[0].encode()).digest()))
    latest: list[Told] = []
    for report, article in enumerate(range(10, news.articles + 1, 10), 1):
        if not latest or chance.random() < 1 / 8:
            mode = chance.choice(MODES)
            size = 8 if mode == "multilateral" else 2
            chosen: dict[str, tuple[str, str, str]] = {}
            while len(chosen) < size:
                person = chance.choices(order, weights)[0]
                chosen[person[0]] = person
            status = chance.choice(STATUSES)
            contact_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            latest.insert(0, Told(contact_id, news.day(article), mode, status, tuple(chosen.values())))
            if len(latest) > 4:
                yield latest.pop()
        told = chance.choice(latest) if latest[0].reports else latest[0]
        told.reports.append((report, article, chance.choice((30, 40, 100))))
    yield from latest


def _contact(news: News, c: Told) -> tuple[Any, ...]:
    articles = [article for _, article, _ in c.reports]
    outlets = sorted({a % (OUTLETS * FEEDS_EACH) % OUTLETS + 1 for a in articles})
    times = (news.at(min(articles)), news.at(max(articles)))
    return (
        c.contact_id,
        c.mode,
        c.status,
        c.day,
        "day",
        c.reports[0][2],
        False,
        "{deescalation_talks}",
        0.9,
        *times,
        "{" + ",".join(f"Outlet {o}" for o in outlets) + "}",
        "{" + ",".join(sorted({f"family-{o % 45}" for o in outlets})) + "}",
        *times,
    )


def _history(news: News, contacts: list[Told]) -> Iterator[tuple[Any, ...]]:
    for n, c in enumerate(contacts):
        yield c.contact_id, "new", "{}", news.at(c.reports[0][1])
        if n % 5 == 0:
            yield c.contact_id, "changed", '{"status": ["planned", "occurred"]}', news.at(c.reports[-1][1])


def _sentence(c: Told) -> str:
    one, other = c.people[0][1], c.people[1][1]
    return f"{one} spoke by {c.mode} with {other} about the crisis at the border and the price of energy."


def _hash(number: int) -> str:
    return "\\x" + hashlib.sha256(str(number).encode()).hexdigest()


def _in_blocks(
    dsn: str,
    loaders: int,
    count: int,
    name: str,
    columns: str,
    rows: Callable[[Iterable[int]], Iterable[tuple[Any, ...]]],
) -> tuple[str, int, float]:
    """Rows 1 to `count`, a block a transaction, over several connections at once."""
    started = time.perf_counter()
    blocks = [range(low, min(low + BLOCK, count + 1)) for low in range(1, count + 1, BLOCK)]
    with ThreadPoolExecutor(loaders) as pool:
        done = sum(pool.map(lambda block: _copy(dsn, name, columns, rows(block))[1], blocks))
    return name, done, time.perf_counter() - started


def _copy(dsn: str, name: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> tuple[str, int, float]:
    started = time.perf_counter()
    with closing(connect(dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {name} ({columns}) FROM STDIN", _Lines(rows))
        return name, cursor.rowcount, time.perf_counter() - started


class _Lines(io.RawIOBase):
    """Rows as COPY reads them, made as they are read."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._rows = iter(rows)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, length = [self._rest], len(self._rest)
        while length < max(size, 1):
            row = next(self._rows, None)
            if row is None:
                break
            line = ("\t".join(_cell(value) for value in row) + "\n").encode()
            parts.append(line)
            length += len(line)
        data = b"".join(parts)
        self._rest = data[size:]
        return data[:size]


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).replace("\\", "\\\\")
