"""The real registry, read once, and a short way to say what a text names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.domain import Article
from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.reading import Reading, read
from pipeline.understand.registry import Registry

LEADERS = Path(__file__).parents[2] / "config" / "leaders"


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.of(Registry.load(LEADERS))


@pytest.fixture(scope="session")
def read_text(gazetteer: Gazetteer) -> Callable[..., Reading]:
    """`read_text(text, on="2022-02-12", title="")` gives the reading of such an article."""

    def reading(text: str, on: str = "2022-02-12", title: str = "") -> Reading:
        return read(gazetteer, Article("a", title, text, date.fromisoformat(on)))

    return reading


@pytest.fixture(scope="session")
def said_of(gazetteer: Gazetteer, read_text: Callable[..., Reading]) -> Callable[..., list[str]]:
    """Mentions in the order of the text: "words = Name", "words = Name + Name", or "words = -" for no leader."""

    def said(text: str, on: str = "2022-02-12", title: str = "") -> list[str]:
        found = read_text(text, on, title)
        out = []
        for m in found.mentions:
            names = [
                found.strangers[p].name if p in found.strangers else gazetteer.registry.people[p].name for p in m.people
            ]
            shown = found.whole[m.start : m.end]
            out.append(f"{shown} = {' + '.join(names) if m.leader and names else '-'}")
        return out

    return said
