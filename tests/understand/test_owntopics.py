"""Topics of one's own, on the shipped encoder: likeness, training, calibration, and the file that keeps the heads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.domain import Article
from pipeline.settings import ROOT
from pipeline.understand import owntopics
from pipeline.understand.encoder import Encoder, ModelError, ModelFolder
from pipeline.understand.topics import TopicModel
from pipeline.understand.topicsconfig import TopicDefinition

SPACE = TopicDefinition(
    "space_flight",
    "Space flight",
    "Launches, landings and crews of space missions.",
    0.5,
    (
        "The rocket lifted off from the coast with four astronauts on board.",
        "The lander touched down near the south pole of the moon on Tuesday.",
        "The space agency put off the launch of its telescope because of a leaking valve.",
        "Two cosmonauts spent seven hours outside the station to mend an antenna.",
        "The capsule splashed down in the ocean after five months in orbit.",
        "Engineers lost contact with the probe on its way to Mars.",
        "The first private crew docked with the orbital station on Sunday.",
        "A booster exploded on the launch pad minutes before the start of the mission.",
    ),
    ("The missile flew over the island and fell into the sea.", "The stargazers' club meets on Fridays."),
)
NEWS = "Astronauts returned to Earth in a capsule after a mission to the orbiting laboratory."
NOT_NEWS = "The mayor opened a flower show, and the band played until late in the evening."


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(ModelFolder.open(ROOT / "models" / "topics", "topics"), 1)


@pytest.fixture(scope="module")
def head(encoder: Encoder) -> owntopics.Head:
    return owntopics.train(SPACE, encoder, TopicModel(encoder, (), {}).background)


def scores(encoder: Encoder, topic: TopicDefinition, heads: dict[str, owntopics.Head], *texts: str) -> list[float]:
    model = TopicModel(encoder, (topic,), heads)
    return [model.scores(Article("x", "", text))[topic.topic] for text in texts]


def test_a_trained_topic_finds_news_of_it_and_no_other(encoder: Encoder, head: owntopics.Head) -> None:
    held, not_held = scores(encoder, SPACE, {"space_flight": head}, NEWS, NOT_NEWS)
    assert held > 0.5 > not_held


def test_training_tells_how_good_it_is_on_sentences_left_out(head: owntopics.Head) -> None:
    assert (head.examples, head.not_examples) == (8, 2)
    assert head.precision >= 0.8
    assert head.recall >= 0.8


def test_the_same_lines_give_the_same_head_in_any_order(encoder: Encoder, head: owntopics.Head) -> None:
    turned = replace(SPACE, examples=SPACE.examples[::-1])
    again = owntopics.train(turned, encoder, TopicModel(encoder, (), {}).background)
    assert (again.weight, again.bias) == (head.weight, head.bias)


def test_a_counterexample_pushes_its_kind_away(encoder: Encoder, head: owntopics.Head) -> None:
    astrology = "The stars promise a journey through space to those born under Aries, says the horoscope."
    against = replace(SPACE, not_examples=(*SPACE.not_examples, "Under the stars of Aries a long journey awaits you."))
    other = owntopics.train(against, encoder, TopicModel(encoder, (), {}).background)
    (before,) = scores(encoder, SPACE, {"space_flight": head}, astrology)
    (after,) = scores(encoder, against, {"space_flight": other}, astrology)
    assert after < before


def test_a_counterexample_counts_before_training_too(encoder: Encoder) -> None:
    text = "The missile flew over the island and fell into the ocean."
    (without,) = scores(encoder, replace(SPACE, not_examples=()), {}, text)
    (against,) = scores(encoder, SPACE, {}, text)
    assert against < without


def test_too_few_examples_are_told(encoder: Encoder) -> None:
    few = replace(SPACE, examples=SPACE.examples[:3] + SPACE.examples[:3])
    with pytest.raises(ValueError, match="'space_flight' has 3 different examples, and training takes 5"):
        owntopics.train(few, encoder, TopicModel(encoder, (), {}).background)


def test_heads_come_back_as_they_were_saved(tmp_path: Path, head: owntopics.Head) -> None:
    owntopics.save(tmp_path / "topics", {"space_flight": head})
    assert owntopics.load(tmp_path / "topics") == {"space_flight": head}
    assert [p.name for p in (tmp_path / "topics").iterdir()] == ["heads.json"]


def test_nothing_trained_is_no_fault(tmp_path: Path) -> None:
    assert owntopics.load(tmp_path) == {}
    assert owntopics.load(None) == {}


@pytest.mark.parametrize("text", ["", "[]", '{"heads": [{"topic": "a"}]}', '{"heads": 3}'])
def test_a_damaged_file_is_told_with_the_mend(tmp_path: Path, text: str) -> None:
    (tmp_path / "heads.json").write_text(text)
    with pytest.raises(ModelError, match=r"heads\.json.*delete it and run `hotline topics train`"):
        owntopics.load(tmp_path)


def test_a_head_of_other_lines_is_not_used_and_is_named(encoder: Encoder, head: owntopics.Head) -> None:
    changed = replace(SPACE, examples=(*SPACE.examples, "The shuttle was rolled to the pad."))
    model = TopicModel(encoder, (changed,), {"space_flight": head})
    assert model.heads == {}
    assert model.outdated == ("space_flight",)


def test_a_changed_threshold_or_label_keeps_the_head(encoder: Encoder, head: owntopics.Head) -> None:
    model = TopicModel(encoder, (replace(SPACE, threshold=0.7, label="Space"),), {"space_flight": head})
    assert set(model.heads) == {"space_flight"}


def test_the_version_tells_that_a_head_is_in_use(encoder: Encoder, head: owntopics.Head) -> None:
    assert TopicModel(encoder, (SPACE,), {}).version != TopicModel(encoder, (SPACE,), {"space_flight": head}).version


def test_the_regression_finds_the_ridge_solution() -> None:
    """At the solution the gradient of the penalised loss is nought, whatever the way there."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(60, 4)).astype(np.float32)
    held = x[:, 0] + 0.5 * rng.normal(size=60) > 0.4
    weight, bias = owntopics.fit(x, held, np.ones(60))
    p = 1 / (1 + np.exp(-(x @ weight + bias)))
    share = np.where(held, 60 / (2 * held.sum()), 60 / (2 * (~held).sum()))
    gradient = x.T @ (share * (p - held)) + weight / owntopics.STRENGTH
    assert np.abs(gradient).max() < 1e-3
    assert weight[0] > max(abs(weight[1:]))


def test_the_best_cut_lies_in_the_middle_of_the_widest_gap() -> None:
    logits = np.array([-3.0, -2.5, -2.0, 1.0, 1.5])
    assert owntopics.best_cut(logits, np.array([False, False, False, True, True])) == (-0.5, 1.0, 1.0)
    cut, precision, recall = owntopics.best_cut(logits, np.array([False, True, False, True, True]))
    assert cut == -2.75  # a false alarm costs less than a miss here
    assert (precision, recall) == (0.75, 1.0)
