"""Decisions brought to today's reports: later ones override earlier ones, and a report is known by what it says."""

from __future__ import annotations

from datetime import date

from pipeline.warehouse.rulings import Decision, Ruled, Said, fold_decisions, recognise

PAIR = frozenset({"macron", "putin"})
DAY = date(2022, 2, 12)


def bound(*reports: int) -> frozenset[int]:
    return frozenset(reports)


def merged(*reports: int) -> Decision:
    return Decision("merge", bound(*reports))


def said(number: int, people: frozenset[str] = PAIR, mode: str = "phone", position: int = 0, article: int = 7) -> Said:
    return Said(number, article, people, mode, DAY, position)


def test_a_merger_binds_and_a_split_takes_apart() -> None:
    assert fold_decisions([merged(1, 2, 3)]).together == {bound(1, 2, 3)}
    split = fold_decisions([Decision("split", bound(1, 2, 3, 4), bound(3, 4))])
    assert split == Ruled(frozenset({bound(3, 4)}), frozenset({bound(a, b) for a in (1, 2) for b in (3, 4)}))


def test_a_later_decision_overrides_an_earlier_one() -> None:
    split = Decision("split", bound(1, 2), bound(2))
    assert fold_decisions([merged(1, 2), split]) == Ruled(frozenset(), frozenset({bound(1, 2)}))
    assert fold_decisions([split, merged(1, 2)]) == Ruled(frozenset({bound(1, 2)}))
    assert fold_decisions([Decision("reject", bound(1, 2)), Decision("confirm", bound(2))]).rejected == {1}


def test_of_a_large_contact_split_only_some_pairs_are_named() -> None:
    everything = frozenset(range(1000))
    assert len(fold_decisions([Decision("split", everything, frozenset(range(400)))]).apart) == 2500


def test_a_key_finds_the_report_that_says_the_same() -> None:
    two_calls = [said(11, position=0), said(12, position=1)]
    assert recognise([said(1, position=1)], two_calls) == {1: 12}
    # One to one, the closest first.
    assert recognise([said(1, position=0), said(2, position=1)], two_calls) == {1: 11, 2: 12}
    assert recognise([said(1)], [said(13, mode="video")]) == {1: 13}


def test_a_key_is_never_taken_for_a_report_of_others() -> None:
    others = said(14, frozenset({"macron", "biden"}))
    assert recognise([said(1)], [others]) == {}
    assert recognise([said(1)], [said(15, article=8)]) == {}
    assert recognise([said(1)], [said(16, PAIR | {"scholz"})]) == {1: 16}
