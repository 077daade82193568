"""The scorer, on contacts small enough to count by hand."""

from typing import Any

import pytest

from bench.scoring import collect, f1, match, overall, people, same_people, share, sliced, topics_macro
from bench.tables import by_field, report


def contact(*who: str, mode: str = "phone", status: str = "occurred", **more: Any) -> dict[str, Any]:
    return {"participants": list(who or ("Emmanuel Macron|FRA", "Vladimir Putin|RUS")), "mode": mode, "status": status,
            "date": "2022-02-12", **more}  # fmt: skip


def article(*contacts: dict[str, Any], topics: tuple[str, ...] = ("trade",), **more: Any) -> dict[str, Any]:
    return {"id": "a", "title": "Title", "text": "Text.", "contacts": list(contacts), "topics": list(topics), **more}


def values(gold: dict[str, Any], found: dict[str, Any]) -> dict[str, float | None]:
    return {name: v.share for name, v in overall(collect([gold], [found])).items()}


def test_the_same_contact_is_right_in_everything() -> None:
    row = article(contact(duration_min=60))
    got = values(row, article(contact(duration_minutes=60, evidence=[{"text": "Text.", "start": 6, "end": 11}])))
    assert {got[m] for m in ("alert precision", "alert recall", "core f1", "full f1", "date", "duration")} == {1.0}
    assert got["evidence"] == got["topics macro f1"] == 1.0
    assert got["historical as current"] is got["quiet"] is None


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (contact(mode="video"), {"core f1": 1.0, "mode exact": 0.0}),
        (contact(mode="visit"), {"pair f1": 1.0, "core f1": 0.0, "alert recall": 1.0}),
        (contact(status="ongoing"), {"core f1": 1.0, "status exact": 0.0}),
        (contact(status="planned"), {"pair f1": 1.0, "core f1": 0.0, "alert recall": 0.0, "alert precision": None}),
        (contact(historical=True), {"core f1": 1.0, "alert recall": 0.0}),
        (contact() | {"date": "2022-02-13"}, {"date": 1.0, "full f1": 1.0}),
        (contact() | {"date": "2022-02-14"}, {"date": 0.0, "full f1": 0.0, "core f1": 1.0}),
        (contact() | {"date": None}, {"date": 0.0}),
        (contact(duration_minutes=62), {"duration": 1.0}),
        (contact(duration_minutes=64), {"duration": 0.0}),
        (contact("Emmanuel Macron|FRA", "Olaf Scholz|DEU"), {"pair f1": 0.0, "alert precision": 0.0}),
        (contact(evidence=[{"text": "Text.", "start": 5, "end": 10}]), {"evidence": 0.0}),
    ],
)
def test_each_mistake_lowers_its_own_measures(found: dict[str, Any], right: dict[str, float | None]) -> None:
    got = values(article(contact(duration_min=60)), article(found))
    assert {name: got[name] for name in right} == right


def test_a_contact_made_up_costs_precision_and_one_missed_costs_recall() -> None:
    other = contact("Xi Jinping|CHN", "Joe Biden|USA")
    third = contact("Olaf Scholz|DEU", "Joe Biden|USA")
    got = values(article(contact(), other), article(contact(), other, third))
    assert (got["alert precision"], got["alert recall"]) == (pytest.approx(2 / 3), 1.0)
    got = values(article(contact(), other), article(contact()))
    assert (got["core precision"], got["core recall"]) == (1.0, 0.5)


def test_an_optional_contact_is_neither_asked_for_nor_punished() -> None:
    row = article(contact(optional=True))
    assert values(row, article(contact()))["alert precision"] is None
    assert values(row, article())["core recall"] is None


def test_a_required_contact_takes_the_answer_before_an_optional_one() -> None:
    assert match([contact(optional=True), contact(mode="visit")], [contact()]) == {1: 0}


def test_of_two_contacts_of_one_pair_the_more_alike_are_matched() -> None:
    call, visit = contact(), contact(mode="visit", status="planned") | {"date": "2022-03-01"}
    assert match([call, visit], [visit, call]) == {0: 1, 1: 0}


def test_history_that_comes_out_as_news_counts_as_such_even_if_optional() -> None:
    row = article(contact(historical=True, optional=True))
    fault = share(collect([row], [article(contact())]), "historical as current")
    assert fault.share == 1.0
    assert "Macron" in fault.wrong[0]
    assert values(row, article(contact(historical=True)))["historical as current"] == 0.0


@pytest.mark.parametrize(
    ("gold", "found", "expected"),
    [
        ("Volodymyr Zelensky|UKR", "Volodymyr Zelenskyy|UKR", 1.0),
        ("Recep Tayyip Erdogan|TUR", "Recep Tayyip Erdoğan|TUR", 1.0),
        ("Zelenskiy|UKR", "Volodymyr Zelensky|UKR", 1.0),
        ("Albin Kurti|XKX", "Albin Kurti|RKS", 1.0),
        ("George Bush|USA", "Kate Bush|GBR", 0.0),
        ("Lech Kaczynski|POL", "Donald Tusk|POL", 0.0),
    ],
)
def test_names_are_the_same_in_any_spelling_of_one_country(gold: str, found: str, expected: float) -> None:
    assert same_people(people({"participants": [gold]}), people({"participants": [found]})) == expected


def test_of_many_people_half_in_common_is_enough_and_of_two_none_may_be_other() -> None:
    named = people({"participants": ["Ann Aa|FRA", "Bob Bb|DEU", "Cy Cc|ITA", "Di Dd|ESP"]})
    assert same_people(named, named[:2]) == 0.5
    assert same_people(named, named[:1]) == 0.0
    assert same_people(named[:2], named[1:3]) == 0.0


def test_both_forms_of_participants_are_read() -> None:
    objects = {"participants": [{"name": "Xi Jinping", "country": "CHN", "wikidata_id": None, "office": "President"}]}
    assert people(objects) == people({"participants": ["Xi Jinping|CHN"]})


def test_an_article_without_an_answer_or_with_an_error_has_missed_all() -> None:
    row = article(contact())
    for found in ([], [{"id": "a", "error": "the line is not JSON"}]):
        assert share(collect([row], found), "alert recall").share == 0.0


def test_topics_are_averaged_over_those_in_gold_and_other_is_none() -> None:
    rows = [article(topics=("trade", "energy")), article(topics=("other",)) | {"id": "b"}]
    said = [article(topics=("trade",)), article(topics=("trade", "sanctions")) | {"id": "b"}]
    macro = topics_macro(collect(rows, said))
    assert macro.share == pytest.approx((2 / 3 + 0) / 2)
    assert macro.of == 2


def test_quiet_asks_for_no_alert_where_there_is_none_to_send() -> None:
    planned = article(contact(status="planned"))
    assert values(planned, article(contact()))["quiet"] == 0.0
    assert values(planned, article(contact(status="planned")))["quiet"] == 1.0


def test_slices_and_tables_go_by_fields_of_the_articles_and_of_the_contacts() -> None:
    rows = [article(contact(), style="wire"), article(contact(mode="visit"), style="rss") | {"id": "b"}]
    marks = collect(rows, [article(contact())], ["style"])
    assert {name: f1(group, "core").share for name, group in sliced(marks, "style").items()} == {
        "rss": 0.0,
        "wire": 1.0,
    }
    assert "| rss | - | 0.000 | 0.000 | - | 1 |" in by_field(marks, "style")
    text = report(marks, ["style"])
    assert "| visit | 0.000 | 1 | - | 0 |" in text
    assert "| phone | 1.000 | 1 | 1.000 | 1 |" in text
