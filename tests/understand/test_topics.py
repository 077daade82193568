"""Topics: the file that users edit, and the real model on sentences of our own."""

from pathlib import Path

import pytest

from pipeline.domain import Article
from pipeline.settings import ROOT
from pipeline.understand.topics import PASSAGE_WORDS, TopicModel, passages
from pipeline.understand.topicsconfig import TopicsConfigError, load_topics

TOPICS_FILE = ROOT / "config" / "topics.yaml"

CALL = Article(
    "call",
    "Presidents speak by phone as fears of invasion grow",
    "The two presidents spoke by telephone for more than an hour on Saturday in an effort to ease the tension on the "
    "border. Both agreed to keep the channel open, an aide said, although little progress was made. Germany and Japan "
    "joined the countries that told their citizens to leave at once, and the embassy began to fly out its staff.",
)
FOOTBALL = Article(
    "football",
    "City beat the champions in the final",
    "The striker blasted two goals past the champions, whose defence had no answer to the counter-attack.",
)


@pytest.fixture(scope="module")
def model() -> TopicModel:
    return TopicModel.load(ROOT / "models", TOPICS_FILE, threads=2)


def ids(model: TopicModel, title: str, text: str = "") -> set[str]:
    return {t.topic for t in model.classify([Article("x", title, text)])[0]}


def test_a_call_to_calm_a_crisis_and_an_evacuation(model: TopicModel) -> None:
    assert {"deescalation_talks", "citizens_evacuation"} <= ids(model, CALL.title, CALL.text)


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("ceasefire_or_peace_negotiation", "Rebels and the government signed a ceasefire after a week of peace talks."),
        ("military_escalation", "Missiles struck two towns and tanks crossed the river in a new offensive."),
        ("sanctions", "The EU imposed new sanctions and froze the assets of forty officials."),
        ("humanitarian", "The first aid convoy brought food and medicine to thousands of refugees."),
        ("citizens_evacuation", "Embassies told their nationals to leave and flew the first families out."),
        ("arms_supply", "Berlin agreed to deliver air defence systems and shells to the army."),
        ("energy", "The two governments quarrelled over gas supplies through the pipeline."),
        ("trade", "Washington raised tariffs on steel, and the partner threatened duties on grain."),
    ],
)
def test_a_plain_sentence_has_its_topic(model: TopicModel, topic: str, text: str) -> None:
    assert topic in ids(model, "", text)


def test_war_words_in_sport_make_no_topic(model: TopicModel) -> None:
    assert model.classify([FOOTBALL]) == [()]


def test_one_paragraph_of_a_long_article_is_enough(model: TopicModel) -> None:
    padding = (
        "The mayor opened the flower show and praised the gardeners. The band played until late in the evening. " * 12
    )
    text = padding + "The EU adopted sanctions on nine banks. Ministers froze the assets of forty people. " + padding
    assert "sanctions" in ids(model, "A day in the capital", text)
    assert "sanctions" not in ids(model, "A day in the capital", padding)


def test_topics_come_surest_first_above_their_threshold_and_in_the_order_of_the_articles(model: TopicModel) -> None:
    football, call = model.classify([FOOTBALL, CALL])
    assert football == ()
    assert [t.score for t in call] == sorted((t.score for t in call), reverse=True)
    assert all(0.5 <= t.score <= 1 for t in call)


def test_the_same_article_scores_the_same_in_any_company(model: TopicModel) -> None:
    assert model.classify([CALL])[0] == model.classify([FOOTBALL, CALL, FOOTBALL])[1]


def test_an_article_without_words_has_no_topic(model: TopicModel) -> None:
    assert model.classify([Article("x", "", ""), Article("y", " ", "\n")]) == [(), ()]


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "topics.yaml"
    file.write_text(text, encoding="utf-8")
    return file


OWN = """\
topics:
  - id: climate_diplomacy
    label: Climate diplomacy
    description: Talks and agreements between states on climate change and emissions.
    examples:
      - Negotiators agreed on a fund for countries hit by storms and drought.
      - The two presidents promised to cut methane emissions by a third.
      - Ministers failed to agree on a date for the end of coal at the climate conference.
"""


def test_a_topic_of_ones_own_needs_no_training(tmp_path: Path) -> None:
    model = TopicModel.load(ROOT / "models", write(tmp_path, OWN), threads=2)
    held = ids(
        model, "Climate talks end with deal on emissions", "Delegates agreed to phase down coal and to pay for storms."
    )
    assert held == {"climate_diplomacy"}
    assert model.classify([FOOTBALL, CALL]) == [(), ()]


def test_a_threshold_in_the_file_decides(tmp_path: Path) -> None:
    raised = write(tmp_path, TOPICS_FILE.read_text().replace("threshold: 0.5", "threshold: 0.9999"))
    assert TopicModel.load(ROOT / "models", raised, threads=2).classify([CALL]) == [()]


def test_the_version_names_model_and_file(tmp_path: Path, model: TopicModel) -> None:
    other = TopicModel.load(ROOT / "models", write(tmp_path, OWN), threads=2)
    assert model.version.startswith("topics-")
    assert model.version != other.version
    assert model.version.split("+")[0] == other.version.split("+")[0]


def test_passages_keep_every_word_in_order_and_their_length() -> None:
    article = Article("x", "A title", "One sentence stands here. " * 60)
    found = passages(article)
    assert " ".join(found) == "A title. " + " ".join(["One sentence stands here."] * 60)
    assert max(len(p.split()) for p in found) <= PASSAGE_WORDS


def test_passages_drop_tags() -> None:
    assert passages(Article("x", "A <b>bold</b> title", "<p>Text &amp; more.</p>")) == [
        "A bold title. Text &amp; more."
    ]


def test_the_shipped_file_begins_with_deescalation_and_gives_every_trained_topic(model: TopicModel) -> None:
    shipped = load_topics(TOPICS_FILE)
    assert shipped[0].topic == "deescalation_talks"
    assert set(model.scores(CALL)) == {t.topic for t in shipped}
    assert len(shipped) == 9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty or not a mapping"),
        ("- a\n", "empty or not a mapping"),
        ("topics: [\n", "not valid YAML"),
        ("topic: []\n", "line 1: the file has no setting 'topic'; known are topics"),
        ("topics:\n", "line 1: `topics:` must hold a list"),
        ("topics:\n  - word\n", "line 2: a topic must be `key: value` lines"),
        ("topics:\n  - id: a_b\n    label: A\n", "line 2: the topic has no `description:`"),
        ("topics:\n  - id: A B\n    label: A\n    description: d\n", "line 2: id 'A B' must be lower-case"),
        ("topics:\n  - id: ab\n    label: A\n    description:\n", "line 4: the description must be a text"),
        ("topics:\n  - id: ab\n    label: A\n    description: d\n    threshold: high\n", "line 5: threshold 'high'"),
        ("topics:\n  - id: ab\n    label: A\n    description: d\n    threshold: 1.5\n", "line 5: threshold '1.5'"),
        (
            "topics:\n  - id: ab\n    label: A\n    description: d\n    treshold: 0.4\n",
            "line 5: a topic has no setting",
        ),
        ("topics:\n  - id: ab\n    label: A\n    label: B\n    description: d\n", "line 4: 'label' stands there twice"),
        (
            "topics:\n  - id: ab\n    label: A\n    description: d\n    examples: one\n",
            "line 5: `examples:` must be a list",
        ),
        (OWN + OWN.split("topics:\n")[1], "line 9: topic 'climate_diplomacy' stands there twice"),
    ],
)
def test_a_wrong_file_is_told_by_line_and_mend(tmp_path: Path, text: str, message: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(TopicsConfigError) as caught:
        load_topics(file)
    assert str(file) in str(caught.value)
    assert message in str(caught.value)


def test_a_missing_file_is_told_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(TopicsConfigError, match="HOTLINE_TOPICS_FILE"):
        load_topics(tmp_path / "none.yaml")


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    file = tmp_path / "topics.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TopicsConfigError, match="UTF-8"):
        load_topics(file)
