"""Reads config/topics.yaml, and says exactly what is wrong with it: file, line and mend."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import yaml

ID = re.compile(r"[a-z][a-z0-9_]{1,63}\Z")
KEYS = ("id", "label", "description", "threshold", "examples", "not_examples")
DEFAULT_THRESHOLD = 0.5


class TopicsConfigError(ValueError):
    """The topics file cannot be used; the message names the file, the line and the mend."""


@dataclass(frozen=True, slots=True)
class TopicDefinition:
    """One topic as the user wrote it; `threshold` is the least score, 0 to 1, that counts.

    `not_examples` are sentences that look like the topic and are none.
    """

    topic: str
    label: str
    description: str
    threshold: float = DEFAULT_THRESHOLD
    examples: tuple[str, ...] = ()
    not_examples: tuple[str, ...] = ()


def topic_id_fault(name: str) -> str | None:
    """What is wrong with a topic's id, or None."""
    if ID.match(name):
        return None
    return f"id {name!r} must be lower-case letters, digits and underscores, e.g. arms_supply"


def load_topics(path: Path) -> tuple[TopicDefinition, ...]:
    """All topics in the order of the file. Raises TopicsConfigError."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise TopicsConfigError(
            f"{path}: no such file; restore config/topics.yaml, or name another file in HOTLINE_TOPICS_FILE"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise TopicsConfigError(f"{path}: cannot be read ({error}); it must be a UTF-8 text file") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise TopicsConfigError(
            f"{path}{at}: not valid YAML ({error.problem}); mend the indent or quotes there"
        ) from None
    return _Reader(path).topics(root)


class _Reader:
    """Walks the YAML nodes rather than plain values: only the nodes know their lines."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def topics(self, root: yaml.Node | None) -> tuple[TopicDefinition, ...]:
        if not isinstance(root, yaml.MappingNode):
            raise TopicsConfigError(f"{self.path}: empty or not a mapping; the file begins with `topics:` and a list")
        entries = self._mapping(root, ("topics",), "the file")
        if "topics" not in entries:
            self._fail(root, "there is no `topics:`; put the list of topics under it")
        listed = entries["topics"]
        if not isinstance(listed, yaml.SequenceNode) or not listed.value:
            self._fail(listed, "`topics:` must hold a list of at least one topic, each beginning with `- id:`")
        found: dict[str, TopicDefinition] = {}
        for node in listed.value:
            topic = self._topic(node)
            if topic.topic in found:
                self._fail(node, f"topic {topic.topic!r} stands there twice; rename or drop one")
            found[topic.topic] = topic
        return tuple(found.values())

    def _topic(self, node: yaml.Node) -> TopicDefinition:
        entries = self._mapping(node, KEYS, "a topic")
        for key in ("id", "label", "description"):
            if key not in entries:
                self._fail(node, f"the topic has no `{key}:`; add it")
        name = self._text(entries["id"], "id")
        if fault := topic_id_fault(name):
            self._fail(entries["id"], fault)
        return TopicDefinition(
            name,
            self._text(entries["label"], "label"),
            self._text(entries["description"], "description"),
            self._threshold(entries["threshold"]) if "threshold" in entries else DEFAULT_THRESHOLD,
            self._sentences(entries, "examples"),
            self._sentences(entries, "not_examples"),
        )

    def _sentences(self, entries: dict[str, yaml.Node], key: str) -> tuple[str, ...]:
        node = entries.get(key)
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self._fail(node, f"`{key}:` must be a list of sentences, each on a line of its own after `- `")
        return tuple(self._text(e, "example") for e in node.value)

    def _mapping(self, node: yaml.Node, keys: tuple[str, ...], what: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._fail(node, f"{what} must be `key: value` lines ({', '.join(keys)})")
        entries: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in keys:
                self._fail(key, f"{what} has no setting {name!r}; known are {', '.join(keys)}")
            if name in entries:
                self._fail(key, f"{name!r} stands there twice; drop one")
            entries[name] = value
        return entries

    def _text(self, node: yaml.Node, what: str) -> str:
        text = node.value.strip() if isinstance(node, yaml.ScalarNode) else ""
        if not text:
            self._fail(node, f"the {what} must be a text that is not empty")
        return str(" ".join(text.split()))

    def _threshold(self, node: yaml.Node) -> float:
        try:
            value = float(node.value)
        except (TypeError, ValueError):
            value = -1.0
        if not 0.0 < value < 1.0:
            self._fail(node, f"threshold {node.value!r} must be a number between 0 and 1, e.g. 0.5")
        return value

    def _fail(self, node: yaml.Node, problem: str) -> NoReturn:
        raise TopicsConfigError(f"{self.path}, line {node.start_mark.line + 1}: {problem}")
