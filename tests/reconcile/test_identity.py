"""Identities outlive merges, splits and repeated runs."""

from __future__ import annotations

import uuid

from pipeline.reconcile.identity import assign


def test_a_new_contact_gets_the_same_uuid_in_every_run() -> None:
    first = assign([[5, 7]], {})
    assert first == assign([[7, 5]], {})
    assert uuid.UUID(first[0]).version == 5


def test_a_contact_keeps_the_id_that_most_of_its_reports_carry() -> None:
    assert assign([[1, 2, 3]], {1: "a", 2: "b", 3: "b"}) == ["b"]


def test_of_equals_the_earliest_report_s_id() -> None:
    assert assign([[1, 2]], {1: "a", 2: "b"}) == ["a"]


def test_a_split_leaves_the_id_with_the_larger_part() -> None:
    ids = assign([[1], [2, 3]], {1: "a", 2: "a", 3: "a"})
    assert ids[1] == "a"
    assert ids[0] != "a"


def test_a_split_off_part_never_takes_an_id_in_use() -> None:
    (made,) = assign([[1, 2, 3]], {})
    ids = assign([[1], [2, 3]], {1: made, 2: made, 3: made})
    assert ids[1] == made
    assert ids[0] != made


def test_when_two_contacts_meet_and_part_each_finds_its_id_again() -> None:
    assert assign([[1, 2], [3]], {1: "a", 2: "b", 3: "b"}) == ["a", "b"]
