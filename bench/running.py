"""What the measurements share: the analyser as it is set up, and its answers to a gold file."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from pipeline.cli.analyse import run
from pipeline.settings import Settings, get_settings
from pipeline.understand.analyse import Analyser


def load(models_dir: Path | None = None, settings: Settings | None = None) -> Analyser:
    """The analyser of the settings, or with the models of another folder. Raises ModelError, RegistryError."""
    found = settings or get_settings()
    return Analyser.load(
        found.leaders_dir,
        found.topics_file,
        models_dir or found.models_dir,
        found.threads,
        found.own_topics_dir,
        found.topic_model,
        found.hub_device,
    )


def answers(analyser: Analyser, gold: Path) -> list[dict[str, Any]]:
    """What `hotline analyse` prints for a file of articles, as rows."""
    out = io.BytesIO()
    with gold.open("rb") as source:
        run(analyser, source, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]
