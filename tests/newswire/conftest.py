"""One newswire for all tests of this folder that do not turn its clock."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from pipeline.newswire import Newswire


@pytest.fixture(scope="session")
def wire() -> Iterator[Newswire]:
    with Newswire() as running:
        yield running


@pytest.fixture(scope="session")
def web(wire: Newswire) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=wire.base_url, timeout=30) as client:
        yield client
