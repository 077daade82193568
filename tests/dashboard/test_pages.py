"""The dashboard over contacts: what the filters find, what the charts count, and hostile text that stays text."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from html import unescape

import pytest
from fastapi.testclient import TestClient
from psycopg2.extensions import connection as Connection

from pipeline.dashboard.drawing import matrix, network, stacked
from pipeline.dashboard.passages import Piece, passages


def contact_id(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012d}"


def shown(answer_text: str) -> list[int]:
    """The numbers of the contacts in a page, in their order."""
    return [int(n) for n in re.findall(r"contact/00000000-0000-0000-0000-(\d{12})", answer_text)]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [3, 1, 2, 4]),
        ({"leader": "macron", "other": "RUS"}, [1, 2]),
        ({"mode": "video"}, [4]),
        ({"status": "planned"}, [3]),
        ({"topic": "deescalation_talks"}, [1, 2]),
        ({"since": "2022-02-02", "until": "2022-02-12"}, [1, 2]),
        ({"words": "RANG putin"}, [1]),
        ({"words": "rang scholz"}, []),
        ({"leader": "%"}, []),
    ],
)
def test_the_address_filters(filled: Connection, client: TestClient, query: dict[str, str], numbers: list[int]) -> None:
    assert shown(client.get("/", params=query).text) == numbers


def test_the_csv_has_what_the_page_shows_and_no_formula(filled: Connection, client: TestClient) -> None:
    answer = client.get("/contacts.csv", params={"leader": "FRA", "other": "RUS"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["contact_id"] for row in rows] == [contact_id(1), contact_id(2)]
    assert rows[1]["location"] == "'=Moscow"


def test_a_contact_shows_its_sentence_marked_and_hostile_text_as_text(filled: Connection, client: TestClient) -> None:
    page = client.get(f"/contact/{contact_id(1)}").text
    assert "<mark>Macron &lt;b&gt;rang&lt;/b&gt; Putin.</mark> They spoke of grain." in page
    assert "Rain fell." not in page
    assert "<script>alert" not in page
    assert "javascript:" not in page


def test_the_chart_has_every_week_with_its_counts(filled: Connection, client: TestClient) -> None:
    page = client.get("/").text
    (data,) = re.findall(r'data-chart="([^"]*)"', page)
    chart = json.loads(unescape(data))
    assert chart["labels"] == ["2022-01-31", "2022-02-07"]
    assert {s["mode"]: s["values"] for s in chart["series"]} == {"phone": [0, 1], "video": [1, 0], "in_person": [0, 1]}


def test_pairs_and_network_count_what_happened(filled: Connection, client: TestClient) -> None:
    page = client.get("/pairs").text
    assert re.search(r'heat5"><a href="./\?leader=Emmanuel\+Macron&amp;other=Vladimir\+Putin[^>]*>2<', page)
    drawing = client.get("/network").text
    assert drawing.count("<circle") == 3
    assert drawing.count("<line") == 2


def test_a_merged_contact_leads_to_what_took_it(filled: Connection, client: TestClient) -> None:
    with filled.cursor() as cursor:
        cursor.execute(
            "UPDATE core.contact SET state = 'merged', merged_into = %s WHERE contact_id = %s",
            (contact_id(1), contact_id(2)),
        )
    filled.commit()
    answer = client.get(f"/contact/{contact_id(2)}", follow_redirects=False)
    assert answer.status_code == 307
    assert client.get(f"/contact/{contact_id(2)}").text.count("<mark>") == 1


def test_its_own_style_and_script_are_served(client: TestClient) -> None:
    for name in re.findall(r'(?:src|href)="(static/[^"]+)"', client.get("/").text):
        assert client.get(f"/{name}").status_code == 200


def test_passages_keep_the_paragraphs_of_the_spans() -> None:
    whole = "Title here\nOne. Two. Three.\nFour."
    found = passages(whole, [(16, 20), (11, 16), (0, 5), (90, 99)])
    assert found == [
        [Piece("Title", True), Piece(" here", False)],
        [Piece("One. Two.", True), Piece(" Three.", False)],
    ]


def test_drawings_of_nothing_and_of_many() -> None:
    assert stacked([]) == {"labels": [], "series": []}
    assert matrix([], 5).leaders == []
    assert network([], 5).nodes == []
    many = [(f"A{i} (FRA)", f"B{i} (RUS)", 1 + i % 3) for i in range(100)]
    picture = network(many, 30)
    assert len(picture.nodes) == 30 and picture.left_out == 170
    assert all(0 <= n.x <= picture.width and 0 <= n.y <= picture.height for n in picture.nodes)
    assert network(many, 30) == picture
    assert [
        s["values"] for s in stacked([(date(2022, 1, 3), "phone", 2), (date(2022, 1, 17), "phone", 1)])["series"]
    ] == [[2, 0, 1]]
