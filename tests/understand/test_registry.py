"""The registry's files are sound, and tell who led what on the days that the world remembers."""

from __future__ import annotations

import re
import time
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest

from pipeline.understand.registry import BODY_CODES, UNRANKED, Person, Registry

LEADERS = Path(__file__).resolve().parents[2] / "config" / "leaders"

FACTS = """
1990-06-01 USA president            George H. W. Bush
1990-06-01 RUS president            Mikhail Gorbachev
1990-06-01 GBR prime_minister       Margaret Thatcher
1990-06-01 DEU chancellor           Helmut Kohl
1990-06-01 FRA president            François Mitterrand
1992-07-01 RUS president            Boris Yeltsin
1993-09-13 ISR prime_minister       Yitzhak Rabin
1993-09-13 PSE president            Yasser Arafat
1993-09-13 USA president            Bill Clinton
1994-03-01 ZAF president            F. W. de Klerk
1994-06-01 ZAF president            Nelson Mandela
1994-07-01 PRK supreme_leader       Kim Il-sung
1995-12-14 GBR prime_minister       John Major
1997-07-01 CHN president            Jiang Zemin
1997-07-01 CHN prime_minister       Li Peng
1998-12-20 GBR prime_minister       Tony Blair
1999-06-01 EGY president            Hosni Mubarak
2000-06-15 PRK supreme_leader       Kim Jong-il
2001-09-11 USA president            George W. Bush
2001-09-11 AFG president            -
2003-03-20 FRA president            Jacques Chirac
2003-03-20 DEU chancellor           Gerhard Schröder
2003-03-20 UN  secretary_general    Kofi Annan
2004-05-01 EU  commission_president Romano Prodi
2005-07-07 VAT pope                 Pope Benedict XVI
2006-06-01 CUB president            Fidel Castro
2008-08-08 GEO president            Mikheil Saakashvili
2008-08-08 RUS president            Dmitry Medvedev
2008-08-08 RUS prime_minister       Vladimir Putin
2009-12-18 DNK prime_minister       Lars Løkke Rasmussen
2010-02-01 VEN president            Hugo Chávez
2010-03-19 LBY chair                Muammar Gaddafi
2012-06-01 UKR president            Viktor Yanukovych
2013-12-01 CHN prime_minister       Li Keqiang
2014-11-15 AUS prime_minister       Tony Abbott
2015-02-12 UKR president            Petro Poroshenko
2015-02-12 FRA president            François Hollande
2015-07-14 IRN president            Hassan Rouhani
2016-11-24 TUR president            Recep Tayyip Erdoğan
2016-12-01 UN  secretary_general    Ban Ki-moon
2018-06-12 PRK supreme_leader       Kim Jong-un
2018-06-12 USA president            Donald Trump
2018-06-12 SGP prime_minister       Lee Hsien Loong
2019-09-01 EU  council_president    Donald Tusk
2019-09-01 NZL prime_minister       Jacinda Ardern
2020-08-09 BLR president            Alexander Lukashenko
2021-03-01 ETH prime_minister       Abiy Ahmed
2021-09-01 AFG supreme_leader       Hibatullah Akhundzada
2022-02-12 FRA president            Emmanuel Macron
2022-02-12 RUS president            Vladimir Putin
2022-02-12 DEU chancellor           Olaf Scholz
2022-02-12 UKR president            Volodymyr Zelensky
2022-02-12 GBR prime_minister       Boris Johnson
2022-02-12 GBR monarch              Queen Elizabeth II
2022-02-12 USA president            Joe Biden
2022-02-12 CHN president            Xi Jinping
2022-02-12 ITA prime_minister       Mario Draghi
2022-02-12 ISR prime_minister       Naftali Bennett
2022-02-12 JPN prime_minister       Fumio Kishida
2022-02-12 IND prime_minister       Narendra Modi
2022-02-12 TUR president            Recep Tayyip Erdoğan
2022-02-12 BLR president            Alexander Lukashenko
2022-02-12 EU  commission_president Ursula von der Leyen
2022-02-12 EU  council_president    Charles Michel
2022-02-12 NATO secretary_general   Jens Stoltenberg
2022-02-12 UN  secretary_general    António Guterres
2022-02-12 SAU prime_minister       King Salman
2022-02-12 POL president            Andrzej Duda
2022-02-12 POL prime_minister       Mateusz Morawiecki
2022-02-12 HUN prime_minister       Viktor Orbán
2022-02-12 KAZ president            Kassym-Jomart Tokayev
2022-02-12 IRN supreme_leader       Ali Khamenei
2022-02-12 QAT monarch              Tamim bin Hamad Al Thani
2022-02-12 KOR president            Moon Jae-in
2022-02-12 AU  chair                Macky Sall
2022-10-01 GBR prime_minister       Liz Truss
2022-10-01 SAU prime_minister       Mohammed bin Salman
2023-03-20 ISR prime_minister       Benjamin Netanyahu
2023-03-20 KOR president            Yoon Suk-yeol
2023-03-20 CHN prime_minister       Li Qiang
2023-06-01 TWN president            Tsai Ing-wen
2023-06-01 XKX prime_minister       Albin Kurti
2024-07-10 GBR prime_minister       Keir Starmer
2024-12-20 NATO secretary_general   Mark Rutte
2024-12-31 SYR president            -
2025-02-10 DEU chancellor           Olaf Scholz
2025-02-10 USA president            Donald Trump
2025-03-20 CAN prime_minister       Mark Carney
2025-06-01 VAT pope                 Pope Leo XIV
2025-06-01 DEU chancellor           Friedrich Merz
2025-07-01 KOR president            Lee Jae-myung
2025-11-01 JPN prime_minister       Sanae Takaichi
2026-03-15 NLD prime_minister       Rob Jetten
2026-06-01 HUN prime_minister       Péter Magyar
2000-06-01 TWN prime_minister       Tang Fei
2003-06-01 NIC president            Enrique Bolaños
2004-04-01 KOR prime_minister       Goh Kun
2006-09-01 WSM head_of_state        Malietoa Tanumafili II
2009-06-01 AU  chair                Muammar Gaddafi
2009-10-01 GIN president            Moussa Dadis Camara
2010-06-01 SYR prime_minister       Muhammad Naji al-Otari
2013-06-01 CAF president            Michel Djotodia
2014-06-01 MYS monarch              Sultan Abdul Halim
2015-06-01 BFA president            Michel Kafando
2016-06-01 HTI president            Jocelerme Privert
2019-06-01 OIC secretary_general    Yousef Al-Othaimeen
2020-12-01 KGZ prime_minister       Artem Novikov
2022-02-12 GCC secretary_general    Nayef Al-Hajraf
2025-05-10 KOR president            Lee Ju-ho
2026-08-01 GBR prime_minister       Andy Burnham
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load(LEADERS)


def facts() -> list[tuple[date, str, str, str]]:
    rows = [line.split(maxsplit=3) for line in FACTS.strip().splitlines()]
    return [(date.fromisoformat(day), country, office, name) for day, country, office, name in rows]


@pytest.mark.parametrize(("day", "country", "office", "name"), facts())
def test_who_held_the_office(registry: Registry, day: date, country: str, office: str, name: str) -> None:
    found = [p.name for p, _ in registry.holders(country, day, office)]
    assert found == ([] if name == "-" else [name])


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("FRA", date(2022, 2, 12), "Emmanuel Macron"),
        ("DEU", date(2022, 2, 12), "Olaf Scholz"),
        ("ISR", date(2022, 2, 12), "Naftali Bennett"),
        ("GBR", date(2022, 2, 12), "Boris Johnson"),
        ("TUR", date(2010, 1, 1), "Recep Tayyip Erdoğan"),
        ("TUR", date(2016, 1, 1), "Recep Tayyip Erdoğan"),
        ("GEO", date(2008, 8, 8), "Mikheil Saakashvili"),
        ("GEO", date(2022, 3, 1), "Irakli Gharibashvili"),
        ("ARM", date(2016, 4, 3), "Serzh Sargsyan"),
        ("ARM", date(2022, 9, 15), "Nikol Pashinyan"),
        ("PAK", date(2005, 1, 1), "Pervez Musharraf"),
        ("IRQ", date(2002, 1, 1), "Saddam Hussein"),
        ("TGO", date(2025, 8, 1), "Faure Gnassingbé"),
        ("SAU", date(2023, 1, 1), "King Salman"),
    ],
)
def test_the_executive_leader_comes_first(registry: Registry, country: str, day: date, name: str) -> None:
    assert registry.holders(country, day, None)[0][0].name == name


def by_name(registry: Registry, name: str) -> Person:
    (person,) = registry.name_index[name]
    return person


def test_a_crown_prince_is_no_leader_before_he_is_prime_minister(registry: Registry) -> None:
    mbs = by_name(registry, "Mohammed bin Salman").wikidata_id
    assert not registry.is_leader_on(mbs, date(2022, 9, 26))
    assert registry.is_leader_on(mbs, date(2022, 9, 27))


@pytest.mark.parametrize("name", [
        "Sergey Lavrov", "Antony Blinken", "Kamala Harris", "Dmitry Peskov", "Josep Borrell",
        "Kristalina Georgieva", "Ajay Banga", "Tedros Adhanom", "Rafael Grossi", "Roberta Metsola", "Steve Witkoff",
        "Jake Sullivan", "Hulusi Akar", "Boris Pistorius", "Ron Dermer", "Nikolai Patrushev", "Ajit Doval",
        "Khalid bin Salman", "Crown Prince Haakon", "Queen Camilla", "Emine Erdoğan", "Ivanka Trump", "John Kirby",
        "Ramzan Kadyrov", "Nechirvan Barzani", "Naim Qassem", "Khalifa Haftar", "Nicola Sturgeon",
    ],
)  # fmt: skip
def test_ministers_and_aides_are_known_and_no_leaders(registry: Registry, name: str) -> None:
    assert not registry.is_leader_on(by_name(registry, name).wikidata_id, None)


@pytest.mark.parametrize(
    ("name", "country", "leads", "led"),
    [
        ("Angela Merkel", "DEU", date(2021, 12, 9), date(2021, 12, 7)),
        ("Donald Trump", "USA", date(2023, 6, 1), date(2025, 2, 1)),
        ("Mario Draghi", "ITA", date(2015, 6, 1), date(2022, 2, 1)),
        ("Keir Starmer", "GBR", date(2026, 8, 1), date(2025, 8, 1)),
        ("Kaja Kallas", "EST", date(2025, 1, 1), date(2024, 1, 1)),
        ("Joko Widodo", "IDN", date(2024, 11, 1), date(2024, 10, 1)),
    ],
)
def test_who_left_office_leads_no_more(registry: Registry, name: str, country: str, leads: date, led: date) -> None:
    person = by_name(registry, name).wikidata_id
    assert not registry.is_leader_on(person, leads)
    assert [t.country for t in registry.leader_terms_on(person, led)] == [country]


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("Volodymyr Zelensky", "Volodymyr Zelenskiy|Volodymyr Zelenskyy"),
        ("Kassym-Jomart Tokayev", "Kassym-Jomart Tokaev|Kasym-Zhomart Tokayev"),
        ("Shavkat Mirziyoyev", "Shavkat Mirziyoev"),
        ("Ilham Aliyev", "Ilham Aliev"),
        ("Abdel Fattah el-Sisi", "Abdel Fattah al-Sisi|Abdel Fattah el-Sissi"),
        ("Ahmed al-Sharaa", "Abu Mohammed al-Jolani|Ahmad al-Sharaa"),
        ("Nikol Pashinyan", "Nikol Pashinian"),
        ("Denys Shmyhal", "Denis Shmyhal|Denys Shmygal"),
        ("Jonas Gahr Støre", "Jonas Gahr Stoere"),
        ("Wolfgang Schüssel", "Wolfgang Schuessel"),
        ("Yoon Suk-yeol", "Yoon Suk Yeol"),
        ("Péter Magyar", "Magyar Péter"),
        ("Sanae Takaichi", "Takaichi Sanae"),
        ("Lai Ching-te", "William Lai"),
        ("Nikos Christodoulides", "Nicos Christodoulides"),
        ("Abdulhamid Dbeibeh", "Abdul Hamid Dbeibah"),
        ("Thomas Boni Yayi", "Yayi Boni"),
        ("Ali Khamenei", "Ayatollah Ali Khamenei"),
    ],
)
def test_spellings_of_the_press(registry: Registry, name: str, spellings: str) -> None:
    person = by_name(registry, name)
    for spelling in spellings.split("|"):
        assert person in registry.name_index.get(spelling, []), spelling


def test_one_person_of_two_names_stands_once(registry: Registry) -> None:
    for a, b in [
        ("Mohammad Hasan Akhund", "Hasan Akhund"),
        ("Volodymyr Zelensky", "Volodymyr Zelenskyy"),
        ("Joe Biden", "Joseph R. Biden"),
        ("Mohamed bin Zayed Al Nahyan", "Mohammed bin Zayed"),
        ("Fumio Kishida", "Kishida Fumio"),
    ]:
        assert by_name(registry, a) == by_name(registry, b)


@pytest.mark.parametrize(
    ("word", "name", "common"),
    [
        ("Zelenskiy", "Volodymyr Zelensky", False),
        ("Lukashenka", "Alexander Lukashenko", False),
        ("von der Leyen", "Ursula von der Leyen", False),
        ("Lula", "Luiz Inácio Lula da Silva", False),
        ("AMLO", "Andrés Manuel López Obrador", False),
        ("MBS", "Mohammed bin Salman", False),
        ("Assad", "Bashar al-Assad", False),
        ("Hasina", "Sheikh Hasina", False),
        ("Suu Kyi", "Aung San Suu Kyi", False),
        ("Bibi", "Benjamin Netanyahu", False),
        ("Xi", "Xi Jinping", False),
        ("Abiy", "Abiy Ahmed", False),
        ("Abe", "Shinzō Abe", False),
        ("Johnson", "Boris Johnson", True),
        ("May", "Theresa May", True),
        ("Brown", "Gordon Brown", True),
        ("Bush", "George W. Bush", True),
        ("Park", "Park Geun-hye", True),
        ("Li", "Li Keqiang", True),
    ],
)
def test_press_names_and_whether_they_need_support(registry: Registry, word: str, name: str, common: bool) -> None:
    person = next(p for p in registry.surname_index[word] if p.name == name)
    assert {n.text: n.common for n in person.press_names}[word] is common


@pytest.mark.parametrize("name", ["Angela Merkel", "Giorgia Meloni", "Sanna Marin", "Theresa May", "Tsai Ing-wen"])
def test_women_are_marked(registry: Registry, name: str) -> None:
    assert by_name(registry, name).gender == "f"


def test_a_leader_of_two_bodies_is_first_of_all_their_own_country_s(registry: Registry) -> None:
    sall = by_name(registry, "Macky Sall").wikidata_id
    assert [t.country for t in registry.leader_terms_on(sall, date(2022, 6, 1))] == ["SEN", "AU"]


def test_codes_ids_zones_and_dates_are_well_formed(registry: Registry) -> None:
    iso3 = set((LEADERS / "iso3166.txt").read_text(encoding="utf-8").split()) | {"XKX"}
    assert set(registry.countries) - BODY_CODES <= iso3
    assert len(set(registry.countries) - BODY_CODES) >= 197  # 193 of the UN, VAT, PSE, XKX, TWN
    zones = available_timezones()
    for code, country in registry.countries.items():
        assert country.timezone in zones and ZoneInfo(country.timezone), code
    for person in registry.people.values():
        assert re.fullmatch(r"Q[1-9]\d*|local:[A-Z]{2,5}:[a-z0-9-]+", person.wikidata_id)
        for term in person.terms:
            assert term.country in registry.countries
            assert not (term.start and term.end) or term.start <= term.end


def test_every_country_and_body_has_a_leader(registry: Registry) -> None:
    countries = set(registry.countries)
    assert not {c for c in countries if not registry.holders(c, date(2022, 2, 12), None)}
    assert not {c for c in countries if not registry.holders(c, date(2026, 9, 1), None)}


def test_every_office_class_has_a_word_and_a_rank(registry: Registry) -> None:
    worded = {c for classes in registry.office_words.values() for c in classes}
    bodies = {"commission_president", "council_member", "head_of_state"}
    leading = [t for p in registry.people.values() for t in p.terms if t.role == "leader"]
    assert {t.office_class for t in leading} - worded <= bodies
    assert not {(t.country, t.office_class) for t in leading if t.rank == UNRANKED}


@pytest.mark.parametrize(
    ("word", "table", "code"),
    [
        ("U.S.", "country_by_name", "USA"),
        ("America", "country_by_name", "USA"),
        ("Britain", "country_by_name", "GBR"),
        ("UAE", "country_by_name", "ARE"),
        ("DRC", "country_by_name", "COD"),
        ("Ivory Coast", "country_by_name", "CIV"),
        ("Czechia", "country_by_name", "CZE"),
        ("Dutch", "country_by_adjective", "NLD"),
        ("British", "country_by_adjective", "GBR"),
        ("Kyiv", "country_by_capital", "UKR"),
        ("Kiev", "country_by_capital", "UKR"),
        ("Washington", "country_by_capital", "USA"),
        ("White House", "country_by_seat", "USA"),
        ("Kremlin", "country_by_seat", "RUS"),
        ("Elysee Palace", "country_by_seat", "FRA"),
        ("Downing Street", "country_by_seat", "GBR"),
        ("Blue House", "country_by_seat", "KOR"),
        ("Bankova", "country_by_seat", "UKR"),
        ("Planalto", "country_by_seat", "BRA"),
        ("Palazzo Chigi", "country_by_seat", "ITA"),
        ("Zhongnanhai", "country_by_seat", "CHN"),
    ],
)
def test_country_words(registry: Registry, word: str, table: str, code: str) -> None:
    assert getattr(registry, table)[word] == [code]


def test_all_countries_have_an_adjective_and_states_a_capital(registry: Registry) -> None:
    assert not [c for c, info in registry.countries.items() if not info.adjectives]
    city_states = {"SGP", "VAT"}
    without = {c for c, info in registry.countries.items() if not info.capitals}
    assert without - BODY_CODES == city_states


def test_loading_takes_no_time() -> None:
    def load() -> float:
        start = time.process_time()
        Registry.load(LEADERS)
        return time.process_time() - start

    # The quickest of three: the collector of garbage may pass by in any of them.
    assert min(load() for _ in range(3)) < 0.5
