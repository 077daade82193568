"""A stage's surroundings, all real: the newswire on loopback, its feeds file, and a warehouse of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.newswire import Newswire
from pipeline.newswire.catalogue import NOW
from pipeline.newswire.server import feeds_yaml
from pipeline.settings import Settings
from pipeline.stages.context import StageContext


@pytest.fixture
def wire() -> Iterator[Newswire]:
    with Newswire() as press:
        yield press


@pytest.fixture
def context(wire: Newswire, warehouse_dsn: str, tmp_path: Path) -> StageContext:
    """The pipeline's clock stands at the newswire's last moment."""
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text(feeds_yaml(wire.base_url), encoding="utf-8")
    settings = Settings(
        _env_file=None,
        home=tmp_path,
        as_of=NOW,
        warehouse_dsn=warehouse_dsn,
        feeds_file=feeds,
        allow_loopback_port=wire.port,
    )
    return StageContext.open(settings)
