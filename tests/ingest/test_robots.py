"""robots.txt by RFC 9309, against a real server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pipeline.domain import Page, Reason
from pipeline.ingest.client import Client
from pipeline.settings import Settings

PAGE = b"<html><p>ok</p></html>"


def get_all(settings: Settings, *urls: str, kind: Any = "page") -> list[Page]:
    async def run() -> list[Page]:
        async with Client(settings) as client:
            return await asyncio.gather(*(client.fetch(url, kind=kind) for url in urls))

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, b"User-agent: *\nDisallow: /private/\n", None),
        (200, b"User-agent: *\nDisallow: /\n", Reason.ROBOTS_DISALLOWED),
        (200, b"User-agent: *\nDisallow: /\n\nUser-agent: HotlineBot\nAllow: /\n", None),
        (200, b"User-agent: HotlineBot\nDisallow: /news\n", Reason.ROBOTS_DISALLOWED),
        (200, b"<html>this is no robots.txt</html>", None),
        (200, b"\xff\xfe\x00 binary", None),
        (404, b"", None),
        (403, b"", None),
        (429, b"", Reason.ROBOTS_UNREACHABLE),
        (500, b"", Reason.ROBOTS_UNREACHABLE),
        (503, b"User-agent: *\nAllow: /\n", Reason.ROBOTS_UNREACHABLE),
    ],
)
def test_what_the_answer_means_for_a_page(
    web: Any, settings: Settings, status: int, body: bytes, reason: Reason | None
) -> None:
    web.add("/robots.txt", body, status=status, content_type="text/plain")
    [page] = get_all(settings, web.add("/news/a", PAGE))
    assert page.reason is reason
    assert ("/news/a" in web.paths()) is (reason is None)


def test_it_is_read_once_for_many_pages(web: Any, settings: Settings) -> None:
    web.add("/robots.txt", b"User-agent: *\nDisallow: /no\n", content_type="text/plain")
    pages = get_all(settings, *[web.add(f"/{n}", PAGE) for n in range(8)])
    assert all(page.reason is None for page in pages)
    assert web.paths().count("/robots.txt") == 1


def test_feeds_are_read_without_it(web: Any, settings: Settings) -> None:
    web.add("/robots.txt", b"User-agent: *\nDisallow: /\n", content_type="text/plain")
    [page] = get_all(settings, web.add("/feed", b"<rss/>", content_type="text/xml"), kind="feed")
    assert page.reason is None and "/robots.txt" not in web.paths()


def test_a_redirect_target_is_held_to_its_own_rules(web: Any, settings: Settings) -> None:
    web.add("/robots.txt", b"User-agent: *\nDisallow: /private\n", content_type="text/plain")
    web.add("/private", PAGE)
    [page] = get_all(settings, web.add("/a", status=302, location="/private"))
    assert page.reason is Reason.ROBOTS_DISALLOWED and "/private" not in web.paths()


def test_an_enormous_one_is_read_as_far_as_the_standard_asks(web: Any, settings: Settings) -> None:
    body = b"User-agent: *\nDisallow: /no\n" + b"# padding\n" * 200_000
    web.add("/robots.txt", body, content_type="text/plain")
    good, bad = get_all(settings, web.add("/yes", PAGE), web.add("/no", PAGE))
    assert (good.reason, bad.reason) == (None, Reason.ROBOTS_DISALLOWED)
