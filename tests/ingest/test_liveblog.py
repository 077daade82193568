"""Live blogs: their posts, told apart by what the page declares or marks up, and known again when it changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.ingest.extract import Extracted, Hint, extract

URL = "https://n.example/world/live/2022/feb/12/crisis-live"
TEXTS = (
    "The chancellor left Berlin in the morning; his office says that he will be in Kyiv by noon on Monday.",
    "Macron and Putin spoke by phone for an hour and 40 minutes, according to the palace in Paris.",
    "Biden and Putin have ended their call. It lasted 62 minutes, the White House says in a statement.",
)
TIMES = ("2022-02-12T09:30:00Z", "2022-02-12T18:20:00+01:00", "2022-02-12T20:50:00Z")
HEADS = ("Off to Kyiv", "Paris puts a figure on it", "One hour and two minutes")


def declared(updates: list[dict[str, Any]], body: str = "") -> bytes:
    node = {"@type": "LiveBlogPosting", "headline": "Crisis: live", "description": "What happens, as it happens.",
            "datePublished": TIMES[0], "liveBlogUpdate": updates}  # fmt: skip
    script = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    return f"<html lang=en><head><title>Crisis: live</title>{script}</head><body><h1>Crisis: live</h1>{body}".encode()


def update(number: int, **more: Any) -> dict[str, Any]:
    return {"@type": "BlogPosting", "headline": HEADS[number], "articleBody": TEXTS[number],
            "datePublished": TIMES[number], "url": f"{URL}#post-{number}", **more}  # fmt: skip


def marked(*numbers: int, tag: str = "article", attributes: str = "class=live-post", extra: str = "") -> bytes:
    posts = "".join(
        f"<{tag} id=p{n} {attributes}><h2>{HEADS[n]}</h2><time datetime='{TIMES[n]}'>{n}h ago</time>"
        f"<p>{TEXTS[n]}</p></{tag}>"
        for n in numbers
    )
    intro = "<p>The capitals of Europe are waiting for news of the talks, and so are we, all day long.</p>"
    return f"<html lang=en><head><title>Crisis: live</title></head><body><h1>Crisis</h1>{intro}{posts}{extra}".encode()


def read(body: bytes, url: str = URL) -> Extracted:
    return extract(body, url, None, Hint(timezone="Europe/Paris"))


def test_declared_posts_are_articles_with_their_own_time_address_and_title() -> None:
    found = read(declared([update(2), update(1), update(0)]))
    assert [post.title for post in found.posts] == list(HEADS), "oldest first"
    assert [post.text for post in found.posts] == list(TEXTS)
    assert [post.url for post in found.posts] == [f"{URL}#post-{n}" for n in (0, 1, 2)]
    assert found.posts[1].published == datetime(2022, 2, 12, 17, 20, tzinfo=UTC)
    assert found.text.split("\n") == [line for pair in zip(HEADS, TEXTS, strict=True) for line in pair]
    assert found.head == "What happens, as it happens."


@pytest.mark.parametrize(
    "page",
    [
        marked(2, 1, 0),
        marked(2, 1, 0, tag="div", attributes="class='c-entry'"),
        marked(2, 1, 0, tag="section", attributes="class=block data-block-id=x"),
        # Inside of a container that looks like a post itself.
        marked(2, 1, 0).replace(b"<article id=p2", b"<div id=live-blog class=live-post><article id=p2"),
    ],
)
def test_posts_that_only_the_markup_tells_apart(page: bytes) -> None:
    found = read(page)
    assert [(post.title, post.text) for post in found.posts] == list(zip(HEADS, TEXTS, strict=True))
    assert [post.url for post in found.posts] == [f"{URL}#p{n}" for n in (0, 1, 2)]
    assert found.head.startswith("The capitals of Europe") and "62 minutes" not in found.head


def test_the_same_post_is_known_by_the_same_key_wherever_it_stands_and_whatever_it_says_now() -> None:
    early = {post.title: post.key for post in read(declared([update(n) for n in (1, 0)] + [update(2)])).posts}
    more = update(2, headline="More", url=f"{URL}#post-3", datePublished="2022-02-12T21:30:00Z")
    frank = update(1, articleBody=TEXTS[1] + " It was frank.")
    late = read(declared([more, update(2), frank, update(0)]), URL + "?utm_source=x")
    assert {post.title: post.key for post in late.posts if post.title != "More"} == early
    assert len({post.key for post in late.posts}) == 4


def test_without_ids_a_post_is_known_by_its_time() -> None:
    bare = [{k: v for k, v in update(n).items() if k != "url"} for n in range(3)]
    keys = [post.key for post in read(declared(bare)).posts]
    edited = [{**bare[0], "headline": "Another headline"}, bare[2], bare[1]]
    assert [post.key for post in read(declared(edited)).posts] == keys and len(set(keys)) == 3
    same_minute = [{**one, "datePublished": TIMES[0]} for one in bare]
    assert len({post.key for post in read(declared(same_minute)).posts}) == 3


def test_a_post_with_an_address_of_its_own_is_what_a_feed_may_tell_of_too() -> None:
    posts = read(declared([update(n, url=f"https://n.example/world/live/crisis/{n}") for n in range(3)])).posts
    assert [post.key for post in posts] == [f"n.example/world/live/crisis/{n}" for n in range(3)]
    # An address elsewhere is not believed.
    foreign = read(declared([update(n, url=f"https://rival.example/{n}") for n in range(3)])).posts
    assert all(post.url.startswith(URL + "#t2022") for post in foreign)


@pytest.mark.parametrize(
    ("page", "url"),
    [
        (marked(2, 1), URL),  # two are a box in an article
        (marked(2, 1, 0), "https://n.example/world/list-of-stories"),  # nothing calls it live
        (marked(2, 1, 0, attributes="class=comment"), URL),
        (marked(2, 1, 0).replace(b"Z'", b"'").replace(b"2022-02-12T", b""), URL),  # a clock without a day
        (declared([{k: v for k, v in update(n).items() if k != "datePublished"} for n in range(3)]), URL),
    ],
)
def test_what_cannot_be_told_apart_for_sure_stays_one_article(page: bytes, url: str) -> None:
    found = read(page, url)
    assert found.posts == () and "62 minutes" in found.text


def test_a_post_without_headline_is_titled_by_its_beginning_and_not_told_twice() -> None:
    found = read(declared([{**update(n), "headline": ""} for n in range(3)]))
    assert found.posts[2].title == TEXTS[2] and found.text.count("62 minutes") == 1


@pytest.mark.parametrize("junk", [None, "x", [None, 3, "x", {}, []], [{"articleBody": {"@value": []}}] * 4, {"a": 1}])
def test_odd_updates_crash_nothing(junk: Any) -> None:
    assert read(declared(junk, f"<p>{TEXTS[0]} {TEXTS[1]}</p>")).posts == ()
