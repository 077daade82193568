"""When a page was published: which of its dates counts, and on which day that was where the outlet is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.ingest.extract import Extracted, Hint, extract

LEAD = "French President Emmanuel Macron and his Russian counterpart Vladimir Putin spoke by phone on Saturday."
SECOND = "It was their fourth conversation since March 3, 2021, the palace said, and it took an hour and 40 minutes."
NIGHT = datetime(2022, 2, 13, 1, 10, tzinfo=UTC)
LD = '<script type="application/ld+json">{{"@type": "NewsArticle", {}}}</script>'


def read(
    head: str = "", above: str = "", below: str = "", url: str = "https://n.example/story", hint: Hint | None = None
) -> Extracted:
    page = f"""<html lang=en><head><title>Presidents speak</title>{head}</head><body>{above}<article>
    <h1>Presidents speak</h1>{below}<p>{LEAD}</p><p>{SECOND}</p></article></body></html>"""
    return extract(page.encode(), url, None, hint)


def stamp(*dates: str) -> str:
    names = ("datePublished", "dateModified")
    return LD.format(", ".join(f'"{name}": "{text}"' for name, text in zip(names, dates, strict=False)))


@pytest.mark.parametrize(
    ("options", "local"),
    [
        ({"url": "https://n.example/2022/02/12/story"}, "2022-02-12T23:10:00-02:00"),
        ({"url": "https://n.example/2022/02/13/story"}, "2022-02-13T01:10:00+00:00"),
        # Ten days off is another day, not another zone.
        ({"url": "https://n.example/news/2022-02-23-story"}, "2022-02-13T01:10:00+00:00"),
        ({"below": "<p>By Ann Lee<br>February 12, 2022 8:10 PM ET</p>"}, "2022-02-12T23:10:00-02:00"),
        # What readers see beside the headline counts for more than an address, which may be that of the draft.
        ({"below": "<p>Feb. 13, 2022</p>", "url": "https://n.example/2022/02/12/x"}, "2022-02-13T01:10:00+00:00"),
        ({"hint": Hint(timezone="America/New_York")}, "2022-02-12T20:10:00-05:00"),
        ({"hint": Hint(timezone="Asia/Tokyo")}, "2022-02-13T10:10:00+09:00"),
        ({}, "2022-02-13T01:10:00+00:00"),
    ],
)
def test_a_time_in_utc_is_told_in_the_day_of_the_outlet(options: dict[str, str], local: str) -> None:
    found = read(stamp("2022-02-13T01:10:00Z"), **options).published  # type: ignore[arg-type]
    assert found == NIGHT, "the moment must stay what it is"
    assert isinstance(found, datetime) and found.isoformat() == local


def test_an_offset_that_the_page_names_elsewhere_is_the_outlets() -> None:
    found = read(stamp("2022-02-13T01:10:00Z", "2022-02-12T21:00:00-05:00")).published
    assert isinstance(found, datetime) and (found, found.utcoffset()) == (NIGHT, timedelta(hours=-5))


def test_an_offset_of_its_own_stays() -> None:
    found = read(stamp("2022-02-13T01:10:00+03:00"), url="https://n.example/2022/02/12/x").published
    assert isinstance(found, datetime) and found.isoformat() == "2022-02-13T01:10:00+03:00"


def test_a_page_dated_anew_has_the_day_of_its_address() -> None:
    found = read(stamp("2022-06-01T08:00:00Z"), url="https://n.example/2022/02/12/story")
    assert (found.published, found.published_source) == (date(2022, 2, 12), "url")
    # An address may name a day to come; what was told before it is no second date.
    early = read(stamp("2022-02-01T08:00:00Z"), url="https://n.example/2022/02/12/summit")
    assert early.published_source == "jsonld"


def test_of_many_times_on_a_page_the_articles_own_counts() -> None:
    others = "<div><time datetime='2019-05-05T10:00Z'>5 May</time></div>"
    own = "<time datetime='2022-02-12T17:40Z'>12 Feb</time>"
    found = read(above=others, below=own, url="https://n.example/2022/02/12/story")
    assert (found.published, found.published_source) == (datetime(2022, 2, 12, 17, 40, tzinfo=UTC), "time")
    assert read(above=others, url="https://n.example/2022/02/12/story").published == date(2022, 2, 12)
    fed = Hint(published=datetime(2022, 2, 12, 17, 0, tzinfo=UTC))
    assert read(above=others.replace("2019", "2020"), below=own, hint=fed).published_source == "time"


@pytest.mark.parametrize(
    ("below", "published"),
    [
        ("<p class=meta>Published: 12 February 2022</p>", date(2022, 2, 12)),
        ("<div>Feb. 12, 2022</div>", date(2022, 2, 12)),
        ("<span>Updated February 14, 2022</span>", None),
        ("<span>Updated February 14, 2022</span><span>February 12, 2022</span>", date(2022, 2, 12)),
        ("<aside>February 10, 2022</aside>", None),
        # The day in the article's own sentence ("March 3, 2021") is that of something told of.
        ("", None),
        (f"<p>Not since <a href=/x>March 3, 2021</a>, {LEAD} {LEAD}</p>", None),
    ],
)
def test_a_day_printed_beside_the_headline_is_read_and_one_in_a_sentence_is_not(
    below: str, published: date | None
) -> None:
    found = read(below=below)
    assert (found.published, found.published_source) == (published, published and "text")


def test_a_printed_day_that_is_old_when_the_page_is_fetched_is_not_the_news_day() -> None:
    below = "<p>12 February 2022</p>"
    assert read(below=below, hint=Hint(fetched_at=datetime(2022, 2, 14, tzinfo=UTC))).published == date(2022, 2, 12)
    assert read(below=below, hint=Hint(fetched_at=datetime(2023, 2, 14, tzinfo=UTC))).published is None


def test_the_feeds_time_counts_for_more_than_a_printed_day() -> None:
    fed = datetime(2022, 2, 12, 17, 0, tzinfo=UTC)
    assert read(below="<p>12 February 2022</p>", hint=Hint(published=fed)).published == fed
