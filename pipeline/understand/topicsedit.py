"""Adds a topic to the user's topics file, at its end, leaving every line and comment of theirs as it is."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import yaml

from pipeline.understand.topicsconfig import TopicDefinition, TopicsConfigError, load_topics, topic_id_fault


def add_topic(path: Path, topic: TopicDefinition) -> None:
    """Write `topic` at the end of the file; all or nothing, and read back before it counts.

    Raises:
        TopicsConfigError: the file or the topic cannot be used; the file is then as it was.
    """
    known = load_topics(path)
    if fault := topic_id_fault(topic.topic):
        raise TopicsConfigError(fault)
    if topic.topic in {t.topic for t in known}:
        raise TopicsConfigError(f"{path}: topic {topic.topic!r} is there already; edit its lines, or choose another id")
    for what, texts in (("label", [topic.label]), ("description", [topic.description]), ("example", topic.examples)):
        if not all(text.strip() for text in texts):
            raise TopicsConfigError(f"the {what} of {topic.topic!r} is empty; give it some words")
    # Links are followed, so that the file behind one is replaced rather than the link.
    target = path.resolve()
    before = target.read_text(encoding="utf-8")
    block = as_yaml(topic, _indent(before))
    after = before.rstrip("\n") + "\n\n" + block
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new")
    new = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(after)
        try:
            read_back = load_topics(new)
        except TopicsConfigError:
            read_back = ()
        if read_back != (*known, topic):
            raise TopicsConfigError(
                f"{path}: the topic cannot be put at the end of this file, whose list is not written in lines that "
                f"begin with `- id:`, or does not end it. Put these lines under `topics:` yourself:\n\n{block}"
            )
        new.chmod(target.stat().st_mode & 0o777)
        new.replace(target)
    except OSError as error:
        raise TopicsConfigError(f"{path}: cannot be written ({error}); check the rights of its folder") from error
    finally:
        new.unlink(missing_ok=True)


def as_yaml(topic: TopicDefinition, indent: str = "  ") -> str:
    """The topic as lines of the file, one for each sentence."""
    lines = [f"- id: {topic.topic}", f"  label: {_scalar(topic.label)}", f"  description: {_scalar(topic.description)}"]
    lines.append(f"  threshold: {topic.threshold:g}")
    for key, sentences in (("examples", topic.examples), ("not_examples", topic.not_examples)):
        if sentences:
            lines += [f"  {key}:", *(f"    - {_scalar(sentence)}" for sentence in sentences)]
    return "".join(f"{indent}{line}\n" for line in lines)


def _indent(text: str) -> str:
    """How far the list under `topics:` is indented in this file."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)  # load_topics has read it
    (_, listed), *_ = root.value
    return " " * int(listed.start_mark.column)


def _scalar(text: str) -> str:
    """Plain where YAML reads the plain words back as they are, in double quotes otherwise."""
    try:
        plain = yaml.safe_load(f"- {text}") == [text]
    except yaml.YAMLError:
        plain = False
    return text if plain else json.dumps(text, ensure_ascii=False)
