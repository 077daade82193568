"""Serving in the foreground, for a person at a terminal."""

from __future__ import annotations

import signal
import threading
from datetime import datetime

from pipeline.newswire.server import Newswire


def serve(port: int, until: datetime | None = None) -> None:
    """Serves until SIGINT or SIGTERM, printing where the feeds are."""
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with Newswire(port, until) as wire:
        print(f"The example newswire (invented outlets, our own texts) is on {wire.base_url}/", flush=True)
        for source in wire.feeds():
            print(f"  {source.feed_id:<18} {source.url}", flush=True)
        print("Ctrl-C ends it.", flush=True)
        over.wait()
