"""Cuts an article into what the evidence stands in: whole paragraphs, with the sentences marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `marked` if it is evidence."""

    text: str
    marked: bool


def passages(whole: str, spans: Sequence[tuple[int, int]]) -> list[list[Piece]]:
    """The paragraphs (lines) of `whole` that hold a span, each as pieces in order; spans may touch or overlap."""
    merged = _merged(whole, spans)
    out, start = [], 0
    for line in whole.split("\n"):
        end = start + len(line)
        inside = [(max(a, start), min(b, end)) for a, b in merged if a < end and b > start]
        if inside:
            pieces, at = [], start
            for a, b in inside:
                if a > at:
                    pieces.append(Piece(whole[at:a], False))
                pieces.append(Piece(whole[a:b], True))
                at = b
            if at < end:
                pieces.append(Piece(whole[at:end], False))
            out.append(pieces)
        start = end + 1
    return out


def _merged(whole: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        start, end = max(0, start), min(len(whole), end)
        if start >= end:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out
