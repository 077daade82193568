"""Who is named where. The day is 12 February 2022 unless a case says another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.reading import Reading

Said = Callable[..., list[str]]
Read = Callable[..., Reading]

NAMES = {
    "full names": (
        "Emmanuel Macron called Vladimir Putin.",
        ["Emmanuel Macron = Emmanuel Macron", "Vladimir Putin = Vladimir Putin"],
    ),
    "a title belongs to the name after it": (
        "French President Emmanuel Macron met Chancellor Scholz.",
        ["French President Emmanuel Macron = Emmanuel Macron", "Chancellor Scholz = Olaf Scholz"],
    ),
    "the country behind a name belongs to it": (
        "President Alexander Lukashenko of the Republic of Belarus landed.",
        ["President Alexander Lukashenko of the Republic of Belarus = Alexander Lukashenko"],
    ),
    "an apposition is one mention": (
        "He met the Russian president, Vladimir Putin, at noon.",
        ["Russian president, Vladimir Putin = Vladimir Putin"],
    ),
    "a name in the next clause is no apposition": (
        "He met the French president, Vladimir Putin said.",
        ["French president = Emmanuel Macron", "Vladimir Putin = Vladimir Putin"],
    ),
    "surnames in a headline of lower case": ("Biden speaks with Xi", ["Biden = Joe Biden", "Xi = Xi Jinping"]),
    "surnames in a headline of capitals": (
        "BIDEN CALLS PUTIN OVER UKRAINE",
        ["BIDEN = Joe Biden", "PUTIN = Vladimir Putin"],
    ),
    "surnames in title case": (
        "Biden And Putin To Hold Call On Saturday",
        ["Biden = Joe Biden", "Putin = Vladimir Putin"],
    ),
    "surnames joined by a hyphen": ("A Biden-Xi call is set.", ["Biden = Joe Biden", "Xi = Xi Jinping"]),
    "a possessive, straight or curly": (
        "Macron's call with Putin’s office",
        ["Macron = Emmanuel Macron", "Putin = Vladimir Putin"],
    ),
    "a country's leader as headlines have it": (
        "Russia's Putin and Ukraine’s Zelensky agree",
        ["Putin = Vladimir Putin", "Zelensky = Volodymyr Zelensky"],
    ),
    "a spelling of another language": (
        "President Zelenskiy met Viktor Orban.",
        ["President Zelenskiy = Volodymyr Zelensky", "Viktor Orban = Viktor Orbán"],
    ),
    "a weekday after the name is no part of it": (
        "Biden spoke with Putin Thursday.",
        ["Biden = Joe Biden", "Putin = Vladimir Putin"],
    ),
    "a place or a day before the name is no given name": (
        "In Moscow Putin received Orban, and on Monday Putin saw Raisi.",
        ["Putin = Vladimir Putin", "Orban = Viktor Orbán", "Putin = Vladimir Putin", "Raisi = Ebrahim Raisi"],
    ),
    "a name whose last part is written small": (
        "Kim Jong-un met Moon Jae-in.",
        ["Kim Jong-un = Kim Jong-un", "Moon Jae-in = Moon Jae-in"],
    ),
    "a middle initial": ("Vladimir V. Putin rang.", ["Vladimir V. Putin = Vladimir Putin"]),
    "a counterpart's name behind a comma": (
        "Biden saw Israeli counterpart, Naftali Bennett, there.",
        ["Biden = Joe Biden", "Israeli counterpart, Naftali Bennett = Naftali Bennett"],
    ),
    "an hour is no prime minister": ("LIVE 5 PM ET: Biden speaks", ["Biden = Joe Biden"]),
    "as president is no title": (
        "On a trip as president Biden met Putin.",
        ["Biden = Joe Biden", "Putin = Vladimir Putin"],
    ),
    "a list of six at a summit": (
        "Biden, Macron, Scholz, Draghi, Trudeau and Kishida met.",
        [
            "Biden = Joe Biden",
            "Macron = Emmanuel Macron",
            "Scholz = Olaf Scholz",
            "Draghi = Mario Draghi",
            "Trudeau = Justin Trudeau",
            "Kishida = Fumio Kishida",
        ],
    ),
    "heads of bodies lead": (
        "European Commission President Ursula von der Leyen met NATO chief Jens Stoltenberg.",
        [
            "European Commission President Ursula von der Leyen = Ursula von der Leyen",
            "NATO chief Jens Stoltenberg = Jens Stoltenberg",
        ],
    ),
    "a surname in doubt needs its country": ("Johnson will speak in London.", ["Johnson = Boris Johnson"]),
}
NOT_LEADERS = {
    "a minister": ("Foreign Minister Sergey Lavrov spoke.", ["Foreign Minister Sergey Lavrov = -"]),
    "a minister whom nobody lists": (
        "German Defence Minister Gisela Musterfrau spoke.",
        ["German Defence Minister Gisela Musterfrau = -"],
    ),
    "a vice president": (
        "Vice President Kamala Harris met Macron.",
        ["Vice President Kamala Harris = -", "Macron = Emmanuel Macron"],
    ),
    "a spokesman of the Kremlin": ("Kremlin spokesman Dmitry Peskov spoke.", ["Kremlin spokesman Dmitry Peskov = -"]),
    "a namesake in sport": ("Footballer Marko Putin scored, and Putin was cheered.", ["Marko Putin = -", "Putin = -"]),
    "a son": ("President Biden's son Hunter Biden pleaded.", ["President Biden = Joe Biden", "Hunter Biden = -"]),
    "a wife, after whom the husband is still himself": (
        "Macron's wife, Brigitte Macron, stayed.",
        ["Macron = Emmanuel Macron", "Brigitte Macron = -"],
    ),
    "a firm": ("Johnson & Johnson of London sold it.", []),
    "a man's surname behind Ms": ("Ms Higgins spoke in Ireland.", []),
    "an airport": ("Hamid Karzai International Airport in Afghanistan was shut.", []),
    "a brother whose name holds a leader's": ("Jassim bin Hamad Al Thani of Qatar bid.", ["Hamad Al Thani = -"]),
    "an opposition leader": (
        "Belarusian opposition leader Sviatlana Tsikhanouskaya spoke.",
        ["Belarusian opposition leader Sviatlana Tsikhanouskaya = -"],
    ),
    "a president not yet in office": ("President-elect Gabriel Boric spoke.", ["President-elect Gabriel Boric = -"]),
    "the seat of an office speaks, and takes no part": (
        "The Kremlin and the Élysée confirmed it.",
        ["Kremlin = -", "Élysée = -"],
    ),
    "an everyday word": ("He may ban it in May, and the key will turn.", []),
    "a surname of a little-known leader without his country": ("Harris won the race.", []),
}


@pytest.mark.parametrize(("text", "expected"), NAMES.values(), ids=NAMES.keys())
def test_leaders_are_found_by_name(said_of: Said, text: str, expected: list[str]) -> None:
    assert [m for m in said_of(text) if not m.startswith(("He ", "he "))] == expected


@pytest.mark.parametrize(("text", "expected"), NOT_LEADERS.values(), ids=NOT_LEADERS.keys())
def test_others_are_not_taken_for_leaders(said_of: Said, text: str, expected: list[str]) -> None:
    assert said_of(text) == expected


def test_a_surname_means_who_is_in_office_on_the_day(said_of: Said) -> None:
    assert said_of("Trump called Merkel.", on="2018-05-01") == ["Trump = Donald Trump", "Merkel = Angela Merkel"]
    assert said_of("The German chancellor spoke.", on="2018-05-01") == ["German chancellor = Angela Merkel"]
    assert said_of("The German chancellor spoke.", on="2022-05-01") == ["German chancellor = Olaf Scholz"]


def test_a_crown_prince_leads_once_he_is_prime_minister(said_of: Said) -> None:
    text = "Crown Prince Mohammed bin Salman received Macron."
    assert said_of(text, on="2022-02-12")[0].endswith("= -")
    assert said_of(text, on="2023-02-12")[0] == "Crown Prince Mohammed bin Salman = Mohammed bin Salman"


def test_an_ex_leader_stays_for_contacts_of_the_past(gazetteer: Gazetteer, read_text: Read) -> None:
    reading = read_text("Former President Obama met Putin in 2016.")
    obama = reading.mentions[0]
    assert obama.former and obama.leader and obama.people == ("Q76",)
    then = reading.participant(gazetteer, "Q76", date(2016, 9, 5))
    assert then is not None and (then.name, then.country, then.office) == ("Barack Obama", "USA", "President")
    assert reading.participant(gazetteer, "Q76", reading.on) is None


def test_a_leader_whom_the_registry_lacks_is_believed_with_country_and_office(said_of: Said, read_text: Read) -> None:
    text = "Ruritanian envoys waited. Estonian President Aino Uustulnuk met Macron. Uustulnuk smiled."
    assert said_of(text)[-3:] == [
        "Estonian President Aino Uustulnuk = Aino Uustulnuk",
        "Macron = Emmanuel Macron",
        "Uustulnuk = Aino Uustulnuk",
    ]
    assert [s.country for s in read_text(text).strangers.values()] == ["EST"]


def test_offsets_and_text_agree_behind_accents_and_emoji(read_text: Read) -> None:
    reading = read_text("📞 Élysée: Macron a appelé Erdoğan 👍 and Nausėda.", title="Macron — Erdoğan")
    assert [reading.whole[m.start : m.end] for m in reading.mentions] == [m.text for m in reading.mentions]
    assert {m.text for m in reading.mentions} >= {"Macron", "Erdoğan"}


def test_two_spellings_of_a_surname_that_fold_alike_are_one_person(said_of: Said) -> None:
    said = said_of("Macron calls Thaçi ahead of a visit to Kosovo", on="2020-02-12")
    assert said == ["Macron = Emmanuel Macron", "Thaçi = Hashim Thaçi"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The presidents of the three Baltic states came.",
            "presidents of the three Baltic states = Alar Karis + Egils Levits + Gitanas Nausėda",
        ),
        ("Baltic prime ministers met.", "Baltic prime ministers = Kaja Kallas + Krišjānis Kariņš + Ingrida Šimonytė"),
        (
            "The leaders of the Benelux countries met.",
            "leaders of the Benelux countries = Alexander De Croo + Mark Rutte + Xavier Bettel",
        ),
    ],
)
def test_a_region_stands_for_its_countries(said_of: Said, text: str, expected: str) -> None:
    assert said_of(text) == [expected]


def test_a_region_alone_names_nobody(said_of: Said) -> None:
    assert said_of("Storms hit the Baltic states and the Nordic Council met.") == []
