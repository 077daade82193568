"""When a page was first published, and where that stands: the page's places for it asked in order, and compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from htmldate import find_date
from lxml import etree

from pipeline.ingest.dates import EARLIEST, Published, parse_date, url_day
from pipeline.ingest.markup import Visible
from pipeline.ingest.metadata import Metadata

# An outlet's address tells the day of the story; a date further away than this is that of a re-publication.
_AGREES_WITHIN = timedelta(days=2)
# What is fetched is news: an older day that stands only in a page's text is that of something told of.
_NEWS = timedelta(days=60)
# From UTC, civil time is at most so many hours behind and ahead.
_WEST, _EAST = 12, 14


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the page: its feed's date, the outlet's time zone ("UTC": unknown), the time of fetching."""

    published: datetime | None = None
    timezone: str = "UTC"
    fetched_at: datetime | None = None


def publication(
    markup: str, url: str | None, page: Metadata, visible: Visible, language: str | None, known: Known
) -> tuple[Published | None, str | None]:
    """The time or day of first publication, and where it stood; (None, None) where nothing tells it for sure.

    Sources: jsonld, og, meta, time (elements), feed, url, text (printed beside the headline), htmldate (its search).
    A time is in the outlet's own day as far as that can be seen. What lies after the fetch is nobody's date.
    """
    found, source = _find(markup, url, page, visible, language, known)
    if isinstance(found, datetime) and source != "feed":
        found = _in_its_own_day(found, page, _days_told(url, page, visible), known.timezone)
    return found, source


def _find(
    markup: str, url: str | None, page: Metadata, visible: Visible, language: str | None, known: Known
) -> tuple[Published | None, str | None]:
    latest = known.fetched_at + timedelta(days=1) if known.fetched_at else None
    day = url_day(url) or url_day(page.canonical_url)
    if _possible(page.published, latest):
        told, source = page.published, page.published_source
    else:
        told, source = _marked(markup, url, visible, day, latest, known)
    if told is not None:
        # Dated anew, or moved to another system: the address still tells the day.
        if day is not None and _day(told) - day > _AGREES_WITHIN:
            return day, "url"
        # A page that tells only the day is helped out with the hour by a feed that agrees with it.
        if not isinstance(told, datetime) and _same_day(told, known):
            return known.published, "feed"
        return told, source
    feed = known.published
    if feed and _possible(feed, latest) and (day is None or abs(feed.date() - day) <= _AGREES_WITHIN):
        return feed, "feed"
    if day is not None and _possible(day, latest):
        return day, "url"
    return _searched(markup, url, visible, language, latest, known)


def _marked(
    markup: str, url: str | None, visible: Visible, day: date | None, latest: datetime | None, known: Known
) -> tuple[Published | None, str | None]:
    """The <time> element that is the article's: many are those of comments and of other stories.

    It agrees with the address, with htmldate's finding or with the feed; where none does, these have the word.
    """
    if not visible.times:
        return None, None
    times = [t for text in visible.times if _possible(t := parse_date(text, known.timezone, as_told=True), latest)]
    guess = _guess(markup, url, extensive=False)
    guess = guess if _possible(guess, latest) else None
    references = [d for d in (day, guess, known.published.date() if known.published else None) if d is not None]
    for reference in references:
        for time in times:
            if time is not None and abs(_day(time) - reference) <= timedelta(days=int(reference is not guess)):
                return time, "time"
    if references:
        return (guess, "htmldate") if guess is not None and day is None else (None, None)
    return (times[0], "time") if times else (None, None)


def _searched(
    markup: str, url: str | None, visible: Visible, language: str | None, latest: datetime | None, known: Known
) -> tuple[Published | None, str | None]:
    """The day printed beside the headline, or out of the page's markup, or printed in any line that is no sentence."""
    oldest = known.fetched_at - _NEWS if known.fetched_at else None
    printed = [p for text in visible.printed if (p := parse_date(text, known.timezone, as_told=True)) is not None]
    for found in printed[: visible.near_headline]:
        if _possible(found, latest) and (oldest is None or _day(found) >= oldest.date()):
            return found, "text"
    guess = _guess(markup, url, extensive=False)
    if guess is not None and _possible(guess, latest):
        return guess, "htmldate"
    guess = _guess(markup, url, extensive=True)
    if guess is None or not _possible(guess, latest) or (oldest is not None and guess < oldest.date()):
        return None, None
    # Its search takes dates out of sentences too, and makes a day of a bare month or year.
    if guess in {_day(p) for p in printed} or (language != "en" and guess.day > 1):
        return guess, "htmldate"
    return None, None


def _in_its_own_day(found: datetime, page: Metadata, days: list[date], zone: str) -> datetime:
    """A time that systems wrote in UTC, in the outlet's offset: the day that its readers saw is the day it tells.

    Where no zone and no offset is known, the offset nearest to UTC with which it falls on the day that is printed
    beside the headline, or stands in the address. The moment stays the same in any case.
    """
    if found.utcoffset() != timedelta(0):
        return found
    if zone != "UTC":
        return found.astimezone(ZoneInfo(zone))
    if page.offset is not None:
        return found.astimezone(timezone(page.offset))
    for day in days:
        if day == found.date():
            return found
        hours = 24 - found.hour if day > found.date() else -found.hour - 1
        if abs(day - found.date()) == timedelta(days=1) and -_WEST <= hours <= _EAST:
            return found.astimezone(timezone(timedelta(hours=hours)))
    return found


def _days_told(url: str | None, page: Metadata, visible: Visible) -> list[date]:
    printed = [parse_date(text, as_told=True) for text in visible.printed[: visible.near_headline]]
    days = [*(_day(p) for p in printed if p is not None), url_day(url) or url_day(page.canonical_url)]
    return [day for day in days if day is not None]


def _day(found: Published) -> date:
    return found.date() if isinstance(found, datetime) else found


def _same_day(day: date, known: Known) -> bool:
    if known.published is None:
        return False
    return day in (known.published.date(), known.published.astimezone(ZoneInfo(known.timezone)).date())


def _possible(found: Published | None, latest: datetime | None) -> bool:
    if found is None:
        return False
    if latest is None:
        return True
    return found <= latest if isinstance(found, datetime) else found <= latest.date()


def _guess(markup: str, url: str | None, extensive: bool) -> date | None:
    """What htmldate finds by the page's markup; `extensive`: in its text too."""
    try:
        found = find_date(markup, url=url, original_date=True, extensive_search=extensive)
        day = date.fromisoformat(found) if found else None
    except (etree.LxmlError, ValueError, RecursionError, AttributeError, TypeError, IndexError, OverflowError):
        return None
    return day if day and day >= EARLIEST else None
