"""A web server on loopback that says exactly what a test tells it to, down to the byte."""

from __future__ import annotations

import contextlib
import datetime
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipeline.settings import Settings


@dataclass
class Request:
    path: str
    headers: dict[str, str]


Route = Callable[[socket.socket, Request], None]


@dataclass
class Web:
    """Routes by path; `seen` holds the requests that came. `/robots.txt` is a 404 unless routed."""

    port: int = 0
    routes: dict[str, Route] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def add(
        self, path: str, body: bytes = b"", status: int = 200, content_type: str | None = "text/html", **headers: str
    ) -> str:
        """An ordinary answer; keyword names become headers (`content_encoding`). Returns its URL."""

        def answer(sock: socket.socket, request: Request) -> None:
            head = {k.replace("_", "-"): v for k, v in headers.items()}
            if content_type is not None:
                head.setdefault("Content-Type", content_type)
            head.setdefault("Content-Length", str(len(body)))
            lines = "".join(f"{k}: {v}\r\n" for k, v in head.items())
            sock.sendall(f"HTTP/1.1 {status} X\r\n{lines}Connection: close\r\n\r\n".encode("latin-1") + body)

        self.routes[path] = answer
        return self.url(path)

    def raw(self, path: str, route: Route) -> str:
        """An answer that the test writes to the socket by itself."""
        self.routes[path] = route
        return self.url(path)

    def paths(self) -> list[str]:
        return [r.path for r in self.seen]


def _handler(web: Web) -> Any:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(10)
            data = b""
            try:
                while b"\r\n\r\n" not in data:
                    piece = self.request.recv(65536)
                    if not piece:
                        return
                    data += piece
                line, *rest = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
                pairs = (text.partition(":") for text in rest)
                request = Request(line.split(" ")[1], {k.lower(): v.strip() for k, _, v in pairs})
                web.seen.append(request)
                route = web.routes.get(request.path.partition("?")[0])
                if route is None:
                    self.request.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                else:
                    route(self.request, request)
            except OSError:
                pass  # the client hung up, as it may

    return Handler


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@pytest.fixture
def web() -> Iterator[Web]:
    site = Web()
    with _Server(("127.0.0.1", 0), _handler(site)) as server:
        site.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield site
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(web: Web, tmp_path: Path) -> Settings:
    """Settings under which only `web` may be fetched from loopback, with limits small enough to meet."""
    return Settings(
        _env_file=None,
        home=tmp_path,
        allow_loopback_port=web.port,
        fetch_timeout=20.0,
        fetch_max_bytes=100_000,
        fetch_max_redirects=3,
        fetch_host_gap=0.0,
    )


@dataclass
class TlsWeb:
    """A TLS server whose certificate is for `news.example`, signed by itself; `asked` holds the names by SNI."""

    port: int
    certificate: Path
    asked: list[str | None]


@pytest.fixture
def tls_web(tmp_path: Path) -> Iterator[TlsWeb]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "news.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("news.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = tmp_path / "certificate.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = tmp_path / "key.pem"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    context.sni_callback = lambda sock, server_name, context: asked.append(server_name)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError), context.wrap_socket(self.request, server_side=True) as sock:
                sock.recv(65536)
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\nsecret")

    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield TlsWeb(server.server_address[1], public, asked)
        server.shutdown()
        thread.join()
