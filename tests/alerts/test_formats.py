"""Days, lengths and clocks in the readers' language and cities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.alerts.capitals import Capital, clocks, load_capitals
from pipeline.alerts.formats import Formats, is_language
from pipeline.alerts.mail import Dress, Source, render, subject
from pipeline.domain import Contact, Participant
from pipeline.settings import ROOT

SATURDAY = date(2022, 2, 12)


@pytest.mark.parametrize(
    ("language", "short", "long", "length"),
    [
        ("en", "12 Feb 2022", "Saturday, 12 February 2022", "1 h 40 min"),
        ("fr", "12 févr. 2022", "samedi 12 février 2022", "1 h 40 min"),
        ("de", "12. Feb. 2022", "Samstag, 12. Februar 2022", "1 Std. 40 Min."),
        ("es", "12 feb 2022", "sábado, 12 de febrero de 2022", "1 h 40 min"),
        ("pt-BR", "12 de fev. de 2022", "sábado, 12 de fevereiro de 2022", "1 h 40 min"),
    ],
)
def test_days_and_lengths(language: str, short: str, long: str, length: str) -> None:
    formats = Formats(language)
    assert (formats.short_day(SATURDAY), formats.long_day(SATURDAY)) == (short, long)
    assert formats.duration(100) == length


def test_a_time_stands_on_the_rule_s_clock_and_names_it() -> None:
    told = datetime(2022, 2, 12, 23, 30, tzinfo=UTC)
    assert Formats().moment(told) == "12 Feb 2022, 23:30 UTC"
    assert Formats(timezone="Europe/Paris").moment(told) == "13 Feb 2022, 00:30 CET"
    assert Formats(timezone="Asia/Tashkent").moment(told) == "13 Feb 2022, 04:30 UTC+5"
    assert Formats(timezone="Asia/Kathmandu").moment(told) == "13 Feb 2022, 05:15 UTC+5:45"


def test_numbers() -> None:
    assert Formats("de").number(1250) == "1.250"
    assert Formats().number(1250) == "1,250"


@pytest.mark.parametrize("tag", ["", "xx-none", "../etc", "english", "f" * 50])
def test_what_is_no_language_is_none(tag: str) -> None:
    assert not is_language(tag)


def test_the_capitals_of_the_registry_tell_their_time() -> None:
    capitals = load_capitals(ROOT / "config" / "leaders")
    assert capitals["FRA"] == Capital("Paris", "Europe/Paris")
    assert (capitals["EU"].name, capitals["UN"].name) == ("Brussels", "New York")
    people = [Participant("A", c, None, "x") for c in ("FRA", "RUS", "NATO", "CHN", "XXX")]
    told = datetime(2022, 2, 12, 18, 40, tzinfo=UTC)
    assert clocks(told, people, capitals) == (
        "19:40 in Paris and Brussels, 21:40 in Moscow, 02:40 on Sunday in Beijing"
    )
    assert clocks(told, people[-1:], capitals) == ""


def test_without_a_registry_there_are_no_capitals(tmp_path: Path) -> None:
    assert load_capitals(tmp_path) == {}
    (tmp_path / "countries.csv").write_text("iso3,capitals,timezone\nFRA,Paris,Mars/Crater\n")
    assert load_capitals(tmp_path) == {}


def test_a_mail_in_another_language_s_dates(contact: Callable[..., Contact], source: Callable[..., Source]) -> None:
    dress = Dress(formats=Formats("de", "Europe/Berlin"), capitals=load_capitals(ROOT / "config" / "leaders"))
    told = contact(reason="")  # which is told in the house's own English
    assert subject(told, dress.formats).startswith("Macron-Putin: phone call, 12. Feb. 2022, ")
    for part in (mail := render(told, [source()], "r", "a@example.org", dress=dress)).text, mail.html:
        assert "Samstag, 12. Februar 2022" in part
        assert "Northern Wire, 12. Feb. 2022, 19:40 CET" in part
        assert "12. Feb. 2022, 19:40 CET (19:40 in Paris, 21:40 in Moscow)" in part
        assert "12 Feb 2022" not in part
