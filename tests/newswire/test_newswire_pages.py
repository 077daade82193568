"""Pages over real HTTP: honest ones can be read, faulty ones fail as meant, and no two outlets look alike."""

from __future__ import annotations

import itertools
import re

import httpx
import pytest
import trafilatura
from bs4 import BeautifulSoup
from protego import Protego

from pipeline.newswire import NOW, Newswire, load_catalogue, load_truth
from pipeline.newswire.answers import HUGE_BYTES
from pipeline.newswire.model import Fault, Story

STORIES = {story.story_id: story for story in load_catalogue().stories}
HONEST = [story_id for story_id, truth in load_truth().stories.items() if truth.is_article]


def fault(kind: Fault) -> Story:
    return next(story for story in STORIES.values() if story.fault is kind)


def words(story: Story) -> list[str]:
    """A story's words as a reader sees them, captions left out."""
    texts = [b.text.partition(" | ")[2] if b.kind == "post" else b.text for b in story.blocks if b.kind != "figure"]
    return " ".join(texts).split()


def test_there_are_enough_outlets_and_pages() -> None:
    assert len({STORIES[i].outlet.outlet_id for i in HONEST}) >= 8
    assert len(HONEST) >= 60


@pytest.mark.parametrize("story_id", HONEST)
def test_an_honest_page_can_be_read(web: httpx.Client, story_id: str) -> None:
    story = STORIES[story_id]
    answer = web.get(story.path)
    assert answer.status_code == 200
    text = trafilatura.extract(answer.content, include_comments=False) or ""
    expected = words(story)
    found = set(text.split())
    assert 80 <= len(expected) <= 400
    assert sum(word in found for word in expected) / len(expected) >= 0.9
    others = [s.title for s in load_catalogue().of(story.outlet) if s.title != story.title]
    assert not [title for title in others if title in text], "the headlines beside a story are no part of it"


def test_pages_of_different_outlets_have_different_structure(web: httpx.Client) -> None:
    shapes = {}
    for outlet in load_catalogue().outlets:
        story = next(STORIES[i] for i in HONEST if STORIES[i].outlet is outlet)
        soup = BeautifulSoup(web.get(story.path).content, "lxml")
        shapes[outlet.outlet_id] = {(tag.name, " ".join(tag.get("class") or ())) for tag in soup.body.find_all(True)}
    for (one, left), (two, right) in itertools.combinations(shapes.items(), 2):
        assert len(left & right) / len(left | right) < 0.4, f"{one} and {two} look alike"


@pytest.mark.parametrize(
    ("kind", "status", "says"),
    [
        (Fault.CONSENT, 200, "Your privacy is important"),
        (Fault.CAPTCHA, 200, "verify you are a human"),
        (Fault.SOFT_NOT_FOUND, 200, "404: Page not found"),
        (Fault.SCRIPT, 200, "You need to enable JavaScript"),
        (Fault.NO_TEXT, 200, "gallery"),
        (Fault.NOT_FOUND, 404, "Page not found"),
        (Fault.GONE, 410, "withdrawn"),
    ],
)
def test_a_faulty_page_answers_as_meant_and_holds_no_word_of_its_story(
    web: httpx.Client, kind: Fault, status: int, says: str
) -> None:
    answer = web.get(fault(kind).path)
    assert answer.status_code == status
    assert says in answer.text
    assert fault(kind).blocks[0].text not in answer.text


def test_the_teaser_ends_at_the_gate(web: httpx.Client) -> None:
    story = fault(Fault.PAYWALL)
    page = web.get(story.path).text
    assert story.blocks[0].text in page
    assert story.blocks[1].text not in page
    assert '"isAccessibleForFree": false' in page


def test_the_file_is_a_pdf(web: httpx.Client) -> None:
    answer = web.get(fault(Fault.PDF).path)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_the_redirects_never_end(web: httpx.Client) -> None:
    with pytest.raises(httpx.TooManyRedirects):
        web.get(fault(Fault.REDIRECT_LOOP).path, follow_redirects=True)


def test_the_huge_page_streams(web: httpx.Client) -> None:
    size = 0
    with web.stream("GET", fault(Fault.HUGE).path) as answer:
        assert answer.status_code == 200
        assert answer.headers["transfer-encoding"] == "chunked"
        assert "content-length" not in answer.headers
        for piece in answer.iter_bytes():
            size += len(piece)
    assert size >= HUGE_BYTES


def test_a_reader_who_hangs_up_does_no_harm(wire: Newswire) -> None:
    with (
        httpx.Client(base_url=wire.base_url) as client,
        client.stream("GET", fault(Fault.HUGE).path) as answer,
    ):
        next(answer.iter_raw())
    assert httpx.get(wire.base_url + "/robots.txt").status_code == 200


def test_robots_txt_closes_one_section_and_nothing_else(web: httpx.Client, wire: Newswire) -> None:
    rules = Protego.parse(web.get("/robots.txt").text)
    closed = {i for i, s in STORIES.items() if not rules.can_fetch(wire.base_url + s.path, "HotlineBot")}
    assert closed == {i for i, truth in load_truth().stories.items() if truth.fate == "robots_disallowed"}
    assert len(closed) == 1


def test_a_moved_page_redirects_once(web: httpx.Client) -> None:
    story = STORIES["harbour/macron-kyiv"]
    answer = web.get(str(story.moved_from))
    assert (answer.status_code, answer.headers["location"]) == (301, story.path)


def test_the_amp_copy_names_the_full_page_and_the_full_page_its_copy(web: httpx.Client, wire: Newswire) -> None:
    copy = STORIES["atlantica/scholz-in-kremlin-amp"]
    full = STORIES["atlantica/scholz-in-kremlin"]
    assert f'<link rel="canonical" href="{wire.base_url}{full.path}">' in web.get(copy.path).text
    assert f'<link rel="amphtml" href="{wire.base_url}{copy.path}">' in web.get(full.path).text


def test_the_undated_page_has_no_date_anywhere(web: httpx.Client) -> None:
    page = web.get(STORIES["atlantica/afghan-winter"].path).text
    assert not re.search(r"2022|datePublished|<time", page)


def test_the_gazette_claims_utf8_and_writes_windows_1252(web: httpx.Client) -> None:
    answer = web.get(STORIES["gazette/fernandez-kremlin"].path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")
    assert "Fernández" in answer.content.decode("windows-1252")


def test_the_courier_is_cyrillic_in_its_furniture_under_a_wrong_header(web: httpx.Client) -> None:
    answer = web.get(STORIES["dnipro/unity-day"].path)
    assert answer.headers["content-type"] == "text/html; charset=iso-8859-1"
    assert b"charset=windows-1251" in answer.content
    assert "Дніпровський кур'єр" in answer.content.decode("windows-1251").replace("&#39;", "'")


def test_a_wire_copy_bears_another_headline_over_the_same_words() -> None:
    copies = ["harbour/exodus-gathers-pace", "harbour/biden-severe-costs", "capital/zelensky-call-length"]
    copies += ["capital/table-for-two", "steppe/putin-wants-no-war"]
    sources = ["meridian/macron-putin-100-minutes", "meridian/biden-putin-62-minutes"]
    sources += ["meridian/biden-zelensky-call-corrected", "harbour/long-table-long-night", "meridian/scholz-in-moscow"]
    for copy, source in zip(copies, sources, strict=True):
        assert STORIES[copy].blocks[:3] == STORIES[source].blocks[:3]
        assert STORIES[copy].title != STORIES[source].title


def test_an_unknown_address_is_404_and_the_front_door_lists_every_outlet(web: httpx.Client) -> None:
    assert web.get("/nowhere/at/all").status_code == 404
    front = web.get("/").text
    for outlet in load_catalogue().outlets:
        assert outlet.name in front


def test_no_story_is_from_after_the_replay_clock() -> None:
    assert all(story.published < NOW for story in STORIES.values())
