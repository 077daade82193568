"""The newswire's web server: every outlet under its own path prefix on one loopback port, HTTP/1.1."""

from __future__ import annotations

import gzip
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import yaml

from pipeline.domain import FeedSource
from pipeline.newswire.answers import Answer, Site
from pipeline.newswire.catalogue import NOW, Catalogue, load_catalogue

HOST = "127.0.0.1"


class Newswire:
    """The example press, served on `http://127.0.0.1:port/<outlet>/...` by a thread of its own.

    `until` hides everything published later, and may be set while running; `hits` counts requests by path.
    """

    def __init__(self, port: int = 0, until: datetime | None = None, catalogue: Catalogue | None = None) -> None:
        self.until = until
        self.hits: Counter[str] = Counter()
        self._wanted = port
        self._lock = threading.Lock()
        self._catalogue = catalogue or load_catalogue()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Newswire:
        """Binds the port and serves; returns itself. A second start is no error."""
        if self._server is None:
            self._server = _Server((HOST, self._wanted), _handler(self))
            self._thread = threading.Thread(target=self._server.serve_forever, name="newswire", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stops serving and gives the port back."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Newswire:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        if self._server is None:
            raise RuntimeError("the newswire is not running: call start() first")
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def catalogue(self) -> Catalogue:
        return self._catalogue

    def feeds(self) -> list[FeedSource]:
        """Every feed of every outlet, the broken ones too."""
        return feed_sources(self.base_url, self._catalogue)

    def answer(self, path: str, accepts_gzip: bool) -> Answer:
        """What the press says to one GET; counted in `hits`."""
        with self._lock:
            self.hits[path] += 1
            count = self.hits[path]
        answer = Site(self._catalogue, self.base_url, self.until or NOW).answer(path, count)
        if accepts_gzip and answer.gzip and isinstance(answer.body, bytes):
            answer.headers["Content-Encoding"] = "gzip"
            answer.headers["Vary"] = "Accept-Encoding"
            answer.body = gzip.compress(answer.body, mtime=0)
        return answer


def feed_sources(base_url: str, catalogue: Catalogue | None = None) -> list[FeedSource]:
    """The newswire's feeds as the pipeline's own sources."""
    return [
        FeedSource(
            feed_id=feed.feed_id,
            url=base_url + feed.path,
            outlet=outlet.name,
            family=outlet.family,
            country=outlet.country,
            language=outlet.language,
            timezone=outlet.timezone,
            kind=outlet.kind,
        )
        for outlet in (catalogue or load_catalogue()).outlets
        for feed in outlet.feeds
    ]


def feeds_yaml(base_url: str) -> str:
    """The same sources as text in the form of config/feeds.yaml."""
    rows: list[dict[str, Any]] = [
        {
            "id": source.feed_id,
            "url": source.url,
            "outlet": source.outlet,
            "family": source.family,
            "country": source.country,
            "language": source.language,
            "timezone": source.timezone,
            "kind": source.kind,
        }
        for source in feed_sources(base_url)
    ]
    return yaml.safe_dump({"feeds": rows}, sort_keys=False, allow_unicode=True)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle of a large page is no error of ours."""


def _handler(wire: Newswire) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "ExampleNewswire/1"
        sys_version = ""
        timeout = 30
        # Answers leave in one piece: header and body in separate packets wait 40 ms for each other otherwise.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._reply(with_body=True)

        def do_HEAD(self) -> None:
            self._reply(with_body=False)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: `hits` is the log."""

        def _reply(self, with_body: bool) -> None:
            answer = wire.answer(self.path, "gzip" in self.headers.get("Accept-Encoding", ""))
            if answer.status == 200 and self._has(answer):
                answer = Answer(304, b"", {k: v for k, v in answer.headers.items() if k in ("ETag", "Last-Modified")})
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if isinstance(answer.body, bytes):
                if answer.status != 304:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if with_body:
                    self.wfile.write(answer.body)
            else:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                if with_body:
                    self._stream(answer.body)
            self.wfile.flush()

        def _has(self, answer: Answer) -> bool:
            """RFC 9110 13.2.2: If-None-Match decides alone where it is given."""
            tags = self.headers.get("If-None-Match")
            if tags is not None:
                etag = answer.headers.get("ETag")
                return etag is not None and etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            since = self.headers.get("If-Modified-Since")
            return since is not None and since == answer.headers.get("Last-Modified")

        def _stream(self, pieces: Iterator[bytes]) -> None:
            try:
                for piece in pieces:
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.write(b"0\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError, TimeoutError):
                self.close_connection = True

    return Handler
