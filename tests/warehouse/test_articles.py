"""Pages and articles: kept as they came, one article for one text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.domain import Page
from pipeline.warehouse.articles import ArticleRecord, duplicate_of, load_article, save_article
from pipeline.warehouse.pages import load_page, save_page

NOW = datetime(2022, 2, 13, 9, 0, tzinfo=UTC)
House = Any
RECORD = ArticleRecord("Title", "Some text.", NOW, "en", "http://n.test/a", "n.test/a", "AFP", "json-ld")


def test_a_page_comes_back_as_it_was(house: House) -> None:
    body = bytes(range(256)) * 100
    page = Page("http://n.test/a", "http://n.test/b", 200, body, NOW, "text/html", "utf-8", '"e"', "Sat")
    item_id = house.item()
    save_page(house.conn, item_id, page)
    assert load_page(house.conn, item_id) == page
    assert house.one("SELECT length(body) < body_bytes FROM staging.page") is True


def test_a_second_fetch_replaces_the_first(house: House) -> None:
    item_id = house.item()
    for body in (b"one", b"two"):
        save_page(house.conn, item_id, Page("u", "u", 200, body, NOW))
    assert load_page(house.conn, item_id).body == b"two"


def test_an_item_without_page_or_article_is_told(house: House) -> None:
    item_id = house.item()
    with pytest.raises(LookupError, match=f"item {item_id} has no page"):
        load_page(house.conn, item_id)
    with pytest.raises(LookupError, match=f"item {item_id} has no article"):
        load_article(house.conn, item_id)


def test_an_article_comes_back_as_understand_reads_it(house: House) -> None:
    item_id = house.item("herald")
    saved = save_article(house.conn, item_id, RECORD)
    article_id, article = load_article(house.conn, item_id)
    assert saved == article_id
    assert (article.id, article.title, article.text, article.published) == (str(article_id), "Title", "Some text.", NOW)
    assert (article.outlet, article.timezone, article.url) == ("Herald", "Pacific/Auckland", "http://n.test/a")


@pytest.mark.parametrize(
    ("feed", "published", "day"),
    [
        ("herald", datetime(2022, 2, 12, 18, 0, tzinfo=UTC), date(2022, 2, 13)),
        ("courier", datetime(2022, 2, 12, 18, 0, tzinfo=UTC), date(2022, 2, 12)),
        ("herald", date(2022, 2, 12), date(2022, 2, 12)),
        ("herald", None, None),
    ],
)
def test_the_day_of_publication_is_the_outlets(house: House, feed: str, published: Any, day: date | None) -> None:
    item_id = house.item(feed)
    save_article(house.conn, item_id, replace(RECORD, published=published))
    assert house.one("SELECT published_on FROM core.article") == day
    assert load_article(house.conn, item_id)[1].published == published


def test_offsets_survive_characters_that_no_database_can_hold(house: House) -> None:
    item_id = house.item()
    text = "a\x00b\ud800c talks"
    save_article(house.conn, item_id, replace(RECORD, text=text))
    kept = load_article(house.conn, item_id)[1].text
    assert len(kept) == len(text)
    assert kept.index("talks") == text.index("talks")


def test_one_canonical_address_is_one_article(house: House) -> None:
    first, second = house.item(), house.item("herald")
    article_id = save_article(house.conn, first, RECORD)
    copy = replace(RECORD, title="Other", text="Other text.")
    assert save_article(house.conn, second, copy) is None
    assert duplicate_of(house.conn, second, copy) == f"same address as article {article_id}, http://n.test/a"


def test_one_outlets_same_text_is_one_article_at_any_address(house: House) -> None:
    article_id = save_article(house.conn, house.item(), RECORD)
    moved = replace(RECORD, url="http://n.test/z", canonical_key="n.test/z")
    other = house.item()
    assert save_article(house.conn, other, moved) is None
    assert duplicate_of(house.conn, other, moved) == f"same text as article {article_id}, http://n.test/a"


def test_two_outlets_with_one_wire_text_are_two_articles(house: House) -> None:
    assert save_article(house.conn, house.item(), RECORD)
    other = house.item("herald")
    moved = replace(RECORD, url="http://h.test/z", canonical_key="h.test/z")
    assert save_article(house.conn, other, moved)
    assert duplicate_of(house.conn, other, moved) is None


def test_an_article_saved_again_keeps_its_id_and_text(house: House) -> None:
    item_id = house.item()
    article_id = save_article(house.conn, item_id, RECORD)
    assert save_article(house.conn, item_id, replace(RECORD, text="Edited.")) == article_id
    assert load_article(house.conn, item_id)[1].text == "Some text."
