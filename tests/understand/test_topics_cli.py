"""`hotline topics`, on the shipped model and a topics file of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import build_app
from pipeline.settings import ROOT, get_settings
from pipeline.understand.topicsconfig import load_topics

Hotline = Callable[..., Result]
EXAMPLES = (
    "The rocket lifted off from the coast with four astronauts on board.",
    "The lander touched down near the south pole of the moon on Tuesday.",
    "The space agency put off the launch of its telescope because of a leaking valve.",
    "Two cosmonauts spent seven hours outside the station to mend an antenna.",
    "The capsule splashed down in the ocean after five months in orbit.",
    "Engineers lost contact with the probe on its way to Mars.",
)
ADD = ["add", "space_flight", "--label", "Space flight", "--description", "Launches and crews of space missions."]
NEWS = "Astronauts returned to Earth in a capsule. Rain fell on the mayor's flower show."


@pytest.fixture
def topics_file(tmp_path: Path) -> Path:
    file = tmp_path / "topics.yaml"
    file.write_bytes((ROOT / "config" / "topics.yaml").read_bytes())
    return file


@pytest.fixture
def hotline(tmp_path: Path, topics_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hotline]:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOTLINE_TOPICS_FILE", str(topics_file))
    monkeypatch.setenv("COLUMNS", "200")
    get_settings.cache_clear()
    yield lambda *words, stdin=None: CliRunner().invoke(build_app(), ["topics", *words], input=stdin)
    get_settings.cache_clear()


def examples(*sentences: str) -> list[str]:
    return [word for sentence in sentences for word in ("--example", sentence)]


def test_from_adding_to_training_to_finding(hotline: Hotline, topics_file: Path, tmp_path: Path) -> None:
    added = hotline(*ADD, *examples(*EXAMPLES), "--not-example", "The missile fell into the sea.")
    assert added.exit_code == 0, added.output
    assert load_topics(topics_file)[-1].examples == EXAMPLES
    assert "likeness to its examples" in hotline("list").output

    trained = hotline("train")
    assert trained.exit_code == 0, trained.output
    assert "space_flight: trained on 6 examples, 1 counterexamples" in trained.output
    assert (tmp_path / "home" / "topics" / "heads.json").is_file()
    assert "own head (precision" in hotline("list").output

    tried = hotline("try", NEWS)
    assert "space_flight" in tried.output
    assert ": holds)" in tried.output
    assert "Astronauts returned to Earth in a capsule." in tried.output
    assert "flower show" not in tried.output

    topics_file.write_text(topics_file.read_text().replace("to mend an antenna", "to mend a mirror"))
    assert "changed since training: hotline topics train" in hotline("list").output


def test_a_trained_topic_comes_out_of_analyse(hotline: Hotline) -> None:
    hotline(*ADD, *examples(*EXAMPLES))
    hotline("train", "space_flight")
    line = f'{{"id": 1, "published": "2024-05-01", "title": "", "text": "{NEWS}"}}\n'
    result = CliRunner().invoke(build_app(), ["analyse"], input=line)
    assert '"topic": "space_flight"' in result.output or '"topic":"space_flight"' in result.output


def test_list_shows_every_topic(hotline: Hotline) -> None:
    result = hotline("list")
    assert result.exit_code == 0
    assert result.output.count("shipped model") == 9


def test_try_shows_the_sentence_that_counts_and_all_scores_on_demand(hotline: Hotline) -> None:
    text = "The band played in the park. The EU imposed new sanctions and froze the assets of forty officials."
    result = hotline("try", text)
    assert "sanctions" in result.output
    assert "The EU imposed new sanctions" in result.output
    assert "The band" not in result.output
    assert hotline("try", text, "--all").output.count("(threshold") == 9


def test_try_reads_standard_input_and_a_title(hotline: Hotline) -> None:
    result = hotline("try", "-", "--title", "New sanctions on nine banks", stdin="The list was published on Monday.\n")
    assert "New sanctions on nine banks." in result.output


def test_try_says_that_nothing_holds(hotline: Hotline) -> None:
    assert "No topic holds or nearly does" in hotline("try", "The band played in the park.").output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("try", " "), "There is no text."),
        (("train", "sanctions"), "'sanctions' comes trained"),
        (("train", "nothing"), "No topic of your own is named 'nothing'; there are: none yet."),
        (("add", "energy", "--label", "E", "--description", "d"), "'energy' is there already"),
        (("add", "Own", "--label", "E", "--description", "d"), "must be lower-case"),
    ],
)
def test_what_the_user_can_mend_is_one_line_and_status_1(
    hotline: Hotline, words: tuple[str, ...], message: str
) -> None:
    result = hotline(*words)
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output


def test_train_without_topics_of_ones_own(hotline: Hotline) -> None:
    result = hotline("train")
    assert result.exit_code == 0
    assert "There is no topic of your own to train" in result.output


def test_a_topic_with_too_few_examples_stays_by_likeness_and_the_others_are_trained(hotline: Hotline) -> None:
    hotline("add", "few_words", "--label", "F", "--description", "Something else.", "--example", "One sentence.")
    hotline(*ADD, *examples(*EXAMPLES))
    result = hotline("train")
    assert result.exit_code == 1
    assert "few_words: not trained. topic 'few_words' has 1 different examples" in result.output
    assert "space_flight: trained" in result.output


def test_a_damaged_heads_file_is_told(hotline: Hotline, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "topics"
    folder.mkdir(parents=True)
    (folder / "heads.json").write_text("{")
    result = hotline("list")
    assert result.exit_code == 1
    assert "delete it and run `hotline topics train`" in result.output
