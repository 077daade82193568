"""Content-Encoding undone piece by piece, so that a compression bomb is refused before it is in memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

from pipeline.domain import Reason
from pipeline.ingest.faults import Fault

ACCEPT_ENCODING = "gzip, deflate"
_PIECE = 256 * 1024


class Decoder(Protocol):
    """Takes the body's pieces as they come in, gives decoded pieces of at most 256 KiB."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The decoded pieces of `data`. Raises Fault: protocol_error."""

    def finish(self) -> None:
        """Called after the last piece. Raises Fault: protocol_error where the stream ends early."""


def decoder_for(content_encoding: str | None) -> Decoder:
    """The decoder for a Content-Encoding header. Raises Fault for codings we did not offer, stacked ones included."""
    codings = [c.strip().lower() for c in (content_encoding or "").split(",") if c.strip()]
    codings = [c for c in codings if c != "identity"]
    match codings:
        case []:
            return _Identity()
        case ["gzip" | "x-gzip"]:
            return _Inflate("gzip")
        case ["deflate"]:
            return _Inflate("deflate")
    raise Fault(Reason.PROTOCOL_ERROR, f"Content-Encoding {content_encoding!r}: only {ACCEPT_ENCODING} was offered")


class _Identity:
    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        pass


class _Inflate:
    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._engine: zlib._Decompress | None = None
        self._started = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._engine is None:
                if self._started and not data.startswith(b"\x1f\x8b"):
                    return  # padding after the last gzip member is ignored, as browsers do
                self._engine = zlib.decompressobj(self._window(data))
                self._started = True
            try:
                piece = self._engine.decompress(data, _PIECE)
            except zlib.error as error:
                raise Fault(Reason.PROTOCOL_ERROR, f"Content-Encoding {self._coding}: {error}") from error
            yield piece
            if self._engine.eof:
                data, self._engine = self._engine.unused_data, None
            else:
                data = self._engine.unconsumed_tail
                if not data and piece and len(piece) == _PIECE:
                    yield from self._held_back()

    def _held_back(self) -> Iterator[bytes]:
        """What zlib still holds of input it has swallowed whole, when the output limit cut it short."""
        while self._engine is not None:
            piece = self._engine.decompress(b"", _PIECE)
            if not piece:
                return
            yield piece
            if self._engine.eof:
                self._engine = None

    def _window(self, data: bytes) -> int:
        if self._coding == "gzip":
            return zlib.MAX_WBITS | 16
        # "deflate" means zlib's format by RFC 9110, but many servers send the bare stream.
        zlib_header = len(data) >= 2 and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
        return zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS

    def finish(self) -> None:
        if self._engine is not None:
            raise Fault(Reason.PROTOCOL_ERROR, f"Content-Encoding {self._coding}: the stream ends early")
