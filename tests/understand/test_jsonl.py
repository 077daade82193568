"""The line format of `hotline analyse`."""

import json
from datetime import UTC, date, datetime

import pytest

from pipeline.domain import Analysis, ContactReport, DatePrecision, Evidence, Mode, Ordinal, Participant, Status, Topic
from pipeline.understand.jsonl import LineError, dump, dump_error, parse


def line(**fields: object) -> bytes:
    return json.dumps({"id": "a", "published": "2022-02-12", "title": "T", "text": "X", **fields}).encode()


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2022-02-12T18:40:00Z", datetime(2022, 2, 12, 18, 40, tzinfo=UTC)),
        ("2022-02-12", date(2022, 2, 12)),
        ("2022-02-12T18:40:00", date(2022, 2, 12)),
        ("Sat, 12 Feb 2022 18:40:00 GMT", datetime(2022, 2, 12, 18, 40, tzinfo=UTC)),
        (None, None),
        ("", None),
    ],
)
def test_published(published: str | None, expected: datetime | date | None) -> None:
    assert parse(line(published=published))[1].published == expected


def test_title_text_and_published_may_be_null() -> None:
    article_id, article = parse(b'{"id": 7, "title": null, "text": "X", "published": null}')
    assert (article_id, article.id, article.title, article.text, article.published) == (7, "7", "", "X", None)


@pytest.mark.parametrize(
    ("raw", "article_id", "words"),
    [
        (b"{", None, "not JSON"),
        (b"[]", None, "array, not an object"),
        (b"nonsense", None, "not JSON"),
        (b"\xff\xfe", None, "not UTF-8"),
        (b"[" * 100_000, None, "not JSON"),
        (b'{"id": ' + b"9" * 5000 + b"}", None, "not JSON"),
        (b'{"title": "T", "text": "X"}', None, "id is null"),
        (line(id=None), None, "id is null"),
        (line(id={"x": 1}), None, "id is object"),
        (line(title=3), "a", "title is number"),
        (line(text=["X"]), "a", "text is array"),
        (line(title=None, text=None), "a", "neither title nor text"),
        (line(published=12), "a", "published is number"),
        (line(published="yesterday"), "a", "'yesterday'; write 2022-02-12"),
        (line(published="2022-02-30"), "a", "'2022-02-30'"),
        (line(published="0000-00-00T00:00:00Z"), "a", "'0000-00-00"),
        (line(language=5), "a", "language is number"),
    ],
)
def test_malformed_lines_say_what_is_wrong(raw: bytes, article_id: str | None, words: str) -> None:
    with pytest.raises(LineError) as caught:
        parse(raw)
    answer = json.loads(dump_error(caught.value))
    assert answer["id"] == article_id
    assert words in answer["error"]


def test_every_field_of_the_output() -> None:
    contact = ContactReport(
        (Participant("Jane Doe", "FRA", "Q1", "President"),), Mode.PHONE, Status.OCCURRED, date(2022, 2, 12),
        DatePrecision.DAY, 100, None, "Jane Doe", Ordinal(4, "recent weeks"), ("AFP",), ("energy",), False, 0.98,
        (Evidence("text", 0, 4),),
    )  # fmt: skip
    row = json.loads(dump("a", Analysis((Topic("energy", 0.97),), (contact,), "v1")))
    assert row == {
        "id": "a",
        "topics": [{"topic": "energy", "score": 0.97}],
        "contacts": [
            {
                "participants": [{"name": "Jane Doe", "country": "FRA", "wikidata_id": "Q1", "office": "President"}],
                "mode": "phone",
                "status": "occurred",
                "date": "2022-02-12",
                "date_precision": "day",
                "duration_minutes": 100,
                "location": None,
                "initiator": "Jane Doe",
                "ordinal": {"count": 4, "window": "recent weeks"},
                "attribution": ["AFP"],
                "topics": ["energy"],
                "historical": False,
                "confidence": 0.98,
                "evidence": [{"text": "text", "start": 0, "end": 4}],
            }
        ],
    }


def test_half_a_surrogate_pair_comes_out_as_it_came_in() -> None:
    article_id, article = parse(b'{"id": "\\ud800", "text": "a \\udfff b"}')
    assert article.text == "a \udfff b"
    assert json.loads(dump(article_id, Analysis((), (), "v")))["id"] == "\ud800"


def test_other_letters_are_not_escaped() -> None:
    assert "Élysée".encode() in dump("Élysée", Analysis((), (), "v"))
