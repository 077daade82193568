"""Adding a topic to the file: nothing of the user's is touched, and what cannot be added leaves the file as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.settings import ROOT
from pipeline.understand.topicsconfig import TopicDefinition, TopicsConfigError, load_topics
from pipeline.understand.topicsedit import add_topic

FISH = TopicDefinition(
    "fishing_rights",
    "Fishing: rights",
    "Quarrels and deals of states over fish - and who may catch them.",
    0.6,
    (
        "Trawlers were turned back at the line.",
        "- no dash begins this",
        'He said: "no fish" # none',
        "yes",
        "'quoted' é",
    ),
    ("The angler caught a pike.",),
)


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    file = tmp_path / "topics.yaml"
    file.write_bytes((ROOT / "config" / "topics.yaml").read_bytes())
    return file


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "own.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_topic_comes_back_word_for_word_and_every_old_line_stays(shipped: Path) -> None:
    before = shipped.read_text()
    add_topic(shipped, FISH)
    assert load_topics(shipped)[-1] == FISH
    assert len(load_topics(shipped)) == 10
    assert shipped.read_text().startswith(before.rstrip("\n"))


def test_several_can_be_added_in_turn(shipped: Path) -> None:
    for number in range(3):
        add_topic(shipped, TopicDefinition(f"own_{number}", "Own", "A topic of my own."))
    assert [t.topic for t in load_topics(shipped)[-3:]] == ["own_0", "own_1", "own_2"]


def test_the_indent_of_the_file_is_kept(tmp_path: Path) -> None:
    file = write(tmp_path, "topics:\n- id: ab\n  label: A\n  description: d # with a comment, and no line end")
    add_topic(file, FISH)
    assert [t.topic for t in load_topics(file)] == ["ab", "fishing_rights"]
    assert "\n- id: fishing_rights\n" in file.read_text()


def test_rights_and_links_of_the_file_are_kept(shipped: Path, tmp_path: Path) -> None:
    shipped.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(shipped)
    add_topic(link, FISH)
    assert link.is_symlink()
    assert shipped.stat().st_mode & 0o777 == 0o640
    assert load_topics(shipped)[-1] == FISH


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        (TopicDefinition("sanctions", "S", "d"), "'sanctions' is there already"),
        (TopicDefinition("Fishing", "S", "d"), "must be lower-case"),
        (TopicDefinition("fish", " ", "d"), "the label of 'fish' is empty"),
        (TopicDefinition("fish", "F", "d", 0.5, ("",)), "the example of 'fish' is empty"),
        (TopicDefinition("fish", "F", "d", 1.5), "threshold"),
    ],
)
def test_what_cannot_be_a_topic_leaves_the_file_as_it_was(shipped: Path, topic: TopicDefinition, message: str) -> None:
    before = shipped.read_bytes()
    with pytest.raises(TopicsConfigError, match=message):
        add_topic(shipped, topic)
    assert shipped.read_bytes() == before
    assert [p.name for p in shipped.parent.iterdir()] == ["topics.yaml"]


def test_a_file_in_another_style_is_left_and_the_lines_are_told(tmp_path: Path) -> None:
    file = write(tmp_path, "topics: [{id: ab, label: A, description: d}]\n")
    with pytest.raises(TopicsConfigError, match=r"under `topics:` yourself:\n\n +- id: fishing_rights"):
        add_topic(file, FISH)
    assert file.read_text() == "topics: [{id: ab, label: A, description: d}]\n"


def test_a_broken_file_is_told_by_line(tmp_path: Path) -> None:
    file = write(tmp_path, "topics:\n  - id: ab\n")
    with pytest.raises(TopicsConfigError, match="line 2: the topic has no `label:`"):
        add_topic(file, FISH)
