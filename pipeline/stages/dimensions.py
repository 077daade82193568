"""config/leaders and config/topics.yaml -> the warehouse's dimensions, when they changed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from pathlib import Path

from pipeline.settings import Settings
from pipeline.understand.registry import BODY_CODES, Registry
from pipeline.understand.topicsconfig import load_topics
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.dimensions import CountryRow, Dimensions, LeaderRow, TermRow, TopicRow, load, loaded

# Counts as a change of the files: raise it when the same files are to be loaded in another way.
FORM = b"1"


def sync_dimensions(connection: Connection, settings: Settings) -> dict[str, int]:
    """Load what changed since the last time, and commit; returns rows changed by table, nothing if no file did.

    Costs milliseconds where the files are the same. Raises RegistryError or TopicsConfigError for a broken file.
    """
    checksum = _checksum(settings.leaders_dir, settings.topics_file)
    if loaded(connection) == checksum:
        connection.commit()
        return {}
    changed = load(connection, read_dimensions(settings.leaders_dir, settings.topics_file), checksum)
    connection.commit()
    return changed


def read_dimensions(leaders_dir: Path, topics_file: Path) -> Dimensions:
    """The configuration as rows. Raises RegistryError or TopicsConfigError."""
    registry = Registry.load(leaders_dir)
    names: defaultdict[str, list[str]] = defaultdict(list)
    for name, people in registry.name_index.items():
        for person in people:
            if name != person.name:
                names[person.wikidata_id].append(name)
    return Dimensions(
        countries=[
            CountryRow(code, c.name, "body" if code in BODY_CODES else "country", c.adjectives, c.capitals, c.timezone)
            for code, c in registry.countries.items()
        ],
        leaders=[LeaderRow(key, p.name, p.gender, tuple(sorted(names[key]))) for key, p in registry.people.items()],
        terms=[
            TermRow(key, t.country, t.role, t.office, t.office_class, t.rank, t.start, t.end)
            for key, person in registry.people.items()
            for t in person.terms
        ],
        topics=[TopicRow(t.topic, t.label, t.description, t.threshold) for t in load_topics(topics_file)],
    )


def _checksum(leaders_dir: Path, topics_file: Path) -> str:
    """Of all files that may have a say, without reading their sense. A missing one is told by who reads it."""
    digest = hashlib.sha256(FORM)
    for path in (*sorted(leaders_dir.glob("*.csv")), topics_file):
        if path.is_file():
            digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()
