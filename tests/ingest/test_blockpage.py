"""Pages that answer 200 and hold no article, and articles that only look a little like such pages."""

from __future__ import annotations

import json

import pytest

from pipeline.domain import Reason
from pipeline.ingest.extract import extract

STORY = (
    "<p>The commission fined the firm over the cookies it sets before visitors give their consent, a decision that its "
    "lawyers called a surprise. Our partners in the industry say personal data is safe, it told reporters.</p>"
)

# The same sentence twice would be counted once.
LONG_STORY = "".join(
    STORY.replace("firm", f"firm of {name}").replace("decision", f"{name} decision") for name in "ABCDEFGH"
)


def html(title: str, body: str, head: str = "") -> bytes:
    return f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


def reason(body: bytes) -> Reason | None:
    found = extract(body, "https://news.example/a")
    if found.reason in (Reason.CONSENT_PAGE, Reason.CAPTCHA_PAGE, Reason.SCRIPT_REQUIRED, Reason.SOFT_NOT_FOUND):
        assert found.text == "" and found.detail
    return found.reason


ARTICLE_HEAD = (
    '<meta property="og:type" content="article"><meta property="article:published_time" content="2022-02-12">'
)
NOT_FREE = (
    f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "isAccessibleForFree": False})}</script>'
)
COUNTED = (
    '<script type="application/ld+json">'
    + json.dumps({"@type": "NewsArticle", "isAccessibleForFree": "False", "wordCount": 900})
    + "</script>"
)
CONSENT = """<form><h1>Before you continue</h1><p>We and our 120 partners store and access information on a device, such
as cookies, and process personal data for personalised ads, with your consent or our legitimate interest.</p>
<button>Accept all</button><button>Reject all</button><a href="/p">Manage settings</a></form>"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (html("Your privacy", CONSENT), Reason.CONSENT_PAGE),
        (html("The Wire", CONSENT * 3), Reason.CONSENT_PAGE),
        (html("Just a moment...", "<h1>news.example</h1><p>Verifying you are human.</p>"), Reason.CAPTCHA_PAGE),
        (html("news.example", "<p>Please verify you are a human to go on.</p>"), Reason.CAPTCHA_PAGE),
        (
            html("Access Denied", "<p>You don't have permission to access this page. Reference #18.2</p>"),
            Reason.CAPTCHA_PAGE,
        ),
        (html("The Wire", "<p>Pardon our interruption. As you were browsing ...</p>"), Reason.CAPTCHA_PAGE),
        (
            html("The Wire", "<div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript>"),
            Reason.SCRIPT_REQUIRED,
        ),
        (html("The Wire", "<div id=app></div><script src=app.js></script>"), Reason.SCRIPT_REQUIRED),
        (html("Page not found", "<h1>Sorry</h1><p>Try our home page.</p>"), Reason.SOFT_NOT_FOUND),
        (html("404 | The Wire", "<h1>Oops! Error 404</h1><p>Nothing here.</p>"), Reason.SOFT_NOT_FOUND),
        (
            html("Story", "<h1>This article is no longer available</h1><p>Try the search.</p>"),
            Reason.SOFT_NOT_FOUND,
        ),
        (html("A deal", f"<article>{STORY}</article>", ARTICLE_HEAD + NOT_FREE), Reason.PAYWALL_TEASER),
        (html("A deal", f"<article>{LONG_STORY}</article>", ARTICLE_HEAD + COUNTED), Reason.PAYWALL_TEASER),
        (
            html("A deal", f"<article>{STORY}</article><p>Subscribe to continue reading this story.</p>"),
            Reason.PAYWALL_TEASER,
        ),
    ],
    ids=["consent", "a long consent", "cloudflare", "human", "denied", "interruption", "noscript", "empty app",
         "not found",
         "404", "withdrawn", "not free", "fewer words than counted", "prompt"],
)  # fmt: skip
def test_a_block_page_is_recognised(body: bytes, expected: Reason) -> None:
    assert reason(body) is expected


@pytest.mark.parametrize(
    "body",
    [
        html("Firm fined over cookies and consent", f"<article>{STORY}</article>", ARTICLE_HEAD),
        html("Firm fined", f"<article>{STORY}</article><div><button>Accept all</button></div>", ARTICLE_HEAD),
        html("Are captchas dead?", f"<article>{STORY}<p>To verify you are human is hard.</p></article>" * 8),
        html("Page not found: the library that lost a book", f"<article>{LONG_STORY}</article>", ARTICLE_HEAD),
        html("Missing plane not found", f"<article>{STORY}</article>"),
        html("The JavaScript wars", f"<article>{STORY}</article><noscript>Please enable JavaScript.</noscript>"),
        html("A deal", f"<header>Already a subscriber? Log in to read</header><article>{STORY}</article>"),
        html("A deal", f"<article>{LONG_STORY}</article><p>Subscribe to continue reading.</p>"),
        html("A deal", f"<article>{LONG_STORY}</article>", ARTICLE_HEAD + NOT_FREE),
    ],
    ids=["about cookies", "with a cookie banner", "about captchas", "like a 404", "not found", "about JavaScript",
         "a login in the header", "a full text with a prompt", "not free but shown"],
)  # fmt: skip
def test_an_article_is_not_taken_for_one(body: bytes) -> None:
    assert reason(body) is None
