"""Loopback ports: is one free, which one may be ours, and the newswire's, which must stay the same over runs."""

from __future__ import annotations

import socket
from pathlib import Path

from pipeline.runtime.errors import PortTaken


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on `port` now (a port in TIME_WAIT counts as free)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def remembered_port(path: Path) -> int:
    """The port kept in `path`, chosen once. URLs with it are identities in the warehouse, so it must not change."""
    try:
        port = int(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        port = free_port()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{port}\n", encoding="ascii")
        return port
    except ValueError:
        raise PortTaken(f"{path} holds no port number.", f"Delete {path} and run again.") from None
    if not is_free(port):
        raise PortTaken(
            f"The example newswire lives on 127.0.0.1:{port}, and another program listens there now.",
            f"Stop that program (`ss -ltnp 'sport = :{port}'` names it). To begin afresh instead, delete "
            f"{path.parent}: the articles' addresses hold this port, so it cannot just change.",
        )
    return port
