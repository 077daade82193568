"""A month of real feeds through the real poll stage: is every item accounted for?

    python bench/replay.py ITEMS.jsonl.gz [--step 3] [--entries 60] [--days 31]

ITEMS has one object a line: feed (its address), published, title, summary, link. Each feed is served by a local server
as RSS that shows its newest entries up to the clock, and is polled by the stage itself, on a clock that moves by --step
hours a time (HOTLINE_AS_OF), into a PostgreSQL of its own. --entries is how many a feed shows: too few, and some pass
between two polls, which are counted as `never_shown`, for they were in no document that was served.

At the end each item has one of these fates, and they add up to the items read:

    new                 a feed told of it first, and it is in the warehouse
    same_address        another item of the same feed has this address (an edited title, a republished entry)
    other_feed          another feed told of this address before; noted as a sighting
    no_address          its link is no web address
    never_shown         it was pushed out of its feed before the feed was polled
    lost                none of these: must be 0
"""

from __future__ import annotations

import argparse
import bisect
import gzip
import json
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipeline.ingest.identity import url_key
from pipeline.ingest.text import xml_safe
from pipeline.ingest.urls import join
from pipeline.settings import Settings
from pipeline.stages import poll
from pipeline.stages.context import StageContext
from pipeline.warehouse.connect import connect
from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.migrate import migrate


class Feed:
    """One feed's items by time, and what of them was shown to whoever asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.id = "f-" + sha256(address.encode()).hexdigest()[:12]
        self.items: list[tuple[datetime, int, dict[str, Any]]] = []
        self.times: list[datetime] = []
        self.shown: set[int] = set()

    def document(self, now: datetime, most: int) -> tuple[str, bytes]:
        """ETag and RSS of the newest entries up to `now`, the newest first."""
        end = bisect.bisect_right(self.times, now)
        newest = self.items[max(0, end - most) : end]
        self.shown.update(number for _, number, _ in newest)
        body = "".join(
            f"<item><title>{_text(item['title'])}</title><link>{_text(item['link'])}</link>"
            f'<guid isPermaLink="false">{number}</guid><pubDate>{format_datetime(at)}</pubDate>'
            f"<description>{_text(item['summary'])}</description></item>"
            for at, number, item in reversed(newest)
        )
        document = f'<rss version="2.0"><channel><title>{self.id}</title>{body}</channel></rss>'.encode()
        return f'"{sha256(document).hexdigest()[:16]}"', document


def _text(value: object) -> str:
    return escape(xml_safe(str(value or ""))[0])


class Press:
    """All feeds behind one local port; `now` is what they know of the time."""

    def __init__(self, feeds: dict[str, Feed], most: int) -> None:
        self.now = datetime(2000, 1, 1, tzinfo=UTC)
        self.asked: Counter[int] = Counter()
        press = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                etag, body = feeds[self.path.strip("/")].document(press.now, most)
                same = self.headers.get("If-None-Match") == etag
                press.asked[304 if same else 200] += 1
                self.send_response(304 if same else 200)
                self.send_header("ETag", etag)
                self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
                self.send_header("Content-Length", "0" if same else str(len(body)))
                self.end_headers()
                if not same:
                    self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def read(path: Path) -> dict[str, Feed]:
    """The feeds by id."""
    feeds: dict[str, Feed] = {}
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            item = json.loads(line)
            feed = Feed(item["feed"])
            feed = feeds.setdefault(feed.id, feed)
            feed.items.append((datetime.fromisoformat(item["published"]).astimezone(UTC), number, item))
    for feed in feeds.values():
        feed.items.sort(key=lambda entry: entry[:2])
        feed.times = [at for at, _, _ in feed.items]
    return feeds


def account(feeds: dict[str, Feed], dsn: str) -> tuple[Counter[str], dict[str, Any]]:
    """The fate of every item, and what the warehouse holds."""
    with connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT url_key, feed_id FROM staging.item")
        held = dict(cursor.fetchall())
        cursor.execute("SELECT count(*), count(DISTINCT url_hash) FROM staging.item")
        items, distinct = cursor.fetchone() or (0, 0)
        cursor.execute("SELECT url_key, sighting.feed_id FROM staging.sighting JOIN staging.item USING (item_id)")
        seen = set(cursor.fetchall())
        cursor.execute("SELECT reason::text, count(*) FROM staging.feed_poll GROUP BY 1")
        polls = {reason or "ok": count for reason, count in cursor.fetchall()}
        cursor.execute("SELECT coalesce(sum(entries), 0), coalesce(sum(new_items), 0) FROM staging.feed_poll")
        entries, new_items = cursor.fetchone() or (0, 0)
        cursor.execute("SELECT count(*) FROM staging.sighting")
        (sightings,) = cursor.fetchone() or (0,)
        cursor.execute("SELECT kind, count(*) FROM core.ops_event GROUP BY 1")
        events = dict(cursor.fetchall())
    fates: Counter[str] = Counter()
    taken: dict[str, int] = {}
    for feed in feeds.values():
        for _, number, item in feed.items:
            link = join(None, str(item["link"]))
            key = url_key(link) if link else None
            if key is None:
                fates["no_address"] += 1
            elif number not in feed.shown:
                fates["never_shown"] += 1
            elif held.get(key) == feed.id:
                fates["same_address" if key in taken else "new"] += 1
                taken[key] = number
            elif key in held and (key, feed.id) in seen:
                fates["other_feed"] += 1
            else:
                fates["lost"] += 1
    doubled = items - distinct
    # What a feed shows again and again is the same item again.
    read = {"entries": entries, "new": new_items, "same_item_again": entries - new_items}
    warehouse = {"items": items, "doubled": doubled, "sightings": sightings, "polls": polls, "ops_events": events}
    warehouse["entries_read"] = read
    return fates, warehouse


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("items", type=Path)
    options.add_argument("--step", type=float, default=3.0, help="hours between two runs of the stage")
    options.add_argument("--entries", type=int, default=60, help="how many entries a feed shows")
    options.add_argument("--days", type=float, default=31.0)
    chosen = options.parse_args()
    feeds = read(chosen.items)
    total = sum(len(feed.items) for feed in feeds.values())
    began = time.monotonic()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-replay-")))
        home.chmod(0o755)
        server = EmbeddedPostgres(home, durable=False)
        stack.callback(server.remove)
        dsn = server.start()
        migrate(dsn)
        press = Press(feeds, chosen.entries)
        stack.callback(press.server.shutdown)
        rows = [
            {"id": f.id, "url": f"http://127.0.0.1:{press.port}/{f.id}", "outlet": f.address[:200]}
            for f in feeds.values()
        ]
        config = home / "feeds.yaml"
        config.write_text(yaml.safe_dump({"feeds": rows}), encoding="utf-8")
        settings = Settings(
            _env_file=None,
            home=home,
            warehouse_dsn=dsn,
            feeds_file=config,
            allow_loopback_port=press.port,
            archive_days=0,
        )
        now = min(feed.times[0] for feed in feeds.values()).replace(minute=0, second=0, microsecond=0)
        end = now + timedelta(days=chosen.days)
        taken: defaultdict[str, int] = defaultdict(int)
        while now < end:
            now += timedelta(hours=chosen.step)
            press.now = now
            result = poll.run(StageContext.open(settings.model_copy(update={"as_of": now})))
            taken["polls"] += result.taken
            if now.hour < chosen.step:
                print(f"{now:%Y-%m-%d}  {dict(taken)}  {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        fates, warehouse = account(feeds, dsn)
    report = {
        "items_in": total,
        "accounted_for": sum(fates.values()) - fates["lost"],
        "fates": dict(fates),
        "warehouse": warehouse,
        "answers": dict(press.asked),
        "step_hours": chosen.step,
        "entries_shown": chosen.entries,
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(report, indent=1))
    # Items of the warehouse and fates are counted apart from each other: they must agree.
    sound = not fates["lost"] and not warehouse["doubled"] and fates["new"] == warehouse["items"]
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
