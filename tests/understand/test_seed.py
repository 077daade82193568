"""The article that the product was thought up for must yield all that it tells."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.domain import Analysis, Article, ContactReport, Mode, Ordinal, Status
from pipeline.settings import ROOT
from pipeline.understand.analyse import Analyser

SEED = Path(__file__).parents[1] / "fixtures" / "seed_article.txt"


@pytest.fixture(scope="module")
def article() -> Article:
    return Article("seed", "", SEED.read_text(encoding="utf-8"), date(2022, 2, 12), timezone="Europe/Paris")


@pytest.fixture(scope="module")
def analysis(article: Article) -> Analysis:
    analyser = Analyser.load(ROOT / "config" / "leaders", ROOT / "config" / "topics.yaml", ROOT / "models")
    return analyser.analyse(article)


def pairs(analysis: Analysis) -> list[ContactReport]:
    return [c for c in analysis.contacts if [p.wikidata_id for p in c.participants] == ["Q3052772", "Q7747"]]


def test_the_call(analysis: Analysis) -> None:
    (call,) = [c for c in pairs(analysis) if c.mode is Mode.PHONE and c.status is Status.OCCURRED]
    assert [(p.name, p.country) for p in call.participants] == [("Emmanuel Macron", "FRA"), ("Vladimir Putin", "RUS")]
    assert (call.date, call.duration_minutes, call.historical) == (date(2022, 2, 12), 100, False)
    assert call.ordinal == Ordinal(4, "recent weeks")
    assert any("Elysee" in source for source in call.attribution)


def test_the_talks_in_moscow(analysis: Analysis) -> None:
    (talks,) = [c for c in pairs(analysis) if c.mode in (Mode.VISIT, Mode.IN_PERSON)]
    assert (talks.status, talks.date, talks.duration_minutes) == (Status.OCCURRED, date(2022, 2, 7), 300)
    assert talks.location == "Moscow"


def test_the_visits_without_a_named_host(analysis: Analysis) -> None:
    lone = [c for c in analysis.contacts if len(c.participants) == 1]
    assert {(c.participants[0].name, c.mode, c.location) for c in lone} == {
        ("Emmanuel Macron", Mode.VISIT, "Kyiv"),
        ("Emmanuel Macron", Mode.VISIT, "Berlin"),
    }


def test_nothing_else_happened(analysis: Analysis) -> None:
    held = [c for c in pairs(analysis) if c.status.happened]
    assert len(held) == 2


def test_the_topics(analysis: Analysis) -> None:
    assert {"deescalation_talks", "citizens_evacuation"} <= {t.topic for t in analysis.topics}


def test_the_evidence_stands_where_it_is_said_to_stand(analysis: Analysis, article: Article) -> None:
    found = [e for c in analysis.contacts for e in c.evidence]
    assert found
    assert all(article.whole[e.start : e.end] == e.text for e in found)
