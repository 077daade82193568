"""Turns stories into the bytes of pages and feeds, through the templates of each outlet."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline.newswire.catalogue import HERE, Catalogue
from pipeline.newswire.model import Block, Fault, Feed, Outlet, Story

_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates, with autoescape everywhere."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["inline"] = inline
    env.filters["long_date"] = lambda at: f"{at:%A}, {at.day} {at:%B %Y}"
    env.filters["us_date"] = lambda at: f"{at:%b}. {at.day}, {at.year}"
    env.filters["clock"] = lambda at: f"{at:%H:%M}"
    return env


def inline(text: str) -> Markup:
    """Escapes a paragraph and makes links of `[words](address)`."""
    return Markup(_LINK.sub(r'<a href="\2">\1</a>', str(escape(text))))


def render_page(story: Story, related: Sequence[Story], base_url: str, now: datetime, catalogue: Catalogue) -> str:
    """The HTML of one story as its outlet prints it."""
    outlet = story.outlet
    local = story.published.astimezone(outlet.zone)
    title = story.title_at(now)
    canonical = story.path
    if story.amp_of:
        canonical = next(s.path for s in catalogue.stories if s.story_id == story.amp_of)
    amp = next((s.path for s in catalogue.stories if s.amp_of == story.story_id and s.published <= now), None)
    name = f"pages/{outlet.template}.html"
    if story.amp_of:
        name = "pages/amp.html"
    elif story.fault in (Fault.CONSENT, Fault.CAPTCHA, Fault.SOFT_NOT_FOUND, Fault.NO_TEXT, Fault.SCRIPT):
        name = f"pages/{story.fault}.html"
    text = (
        environment()
        .get_template(name)
        .render(
            story=story,
            outlet=outlet,
            title=title,
            related=related,
            local=local,
            iso=local.isoformat(),
            canonical=base_url + canonical,
            url=base_url + story.path,
            amp=base_url + amp if amp else None,
            base_url=base_url,
            blocks=story.blocks,
            posts=posts_of(story.blocks),
            paywall=story.fault is Fault.PAYWALL,
            ld=Markup(_json_ld(story, title, local, base_url + canonical)),
        )
    )
    return text


def posts_of(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """A live blog's blocks, gathered under their `post` heads; empty for other stories."""
    posts: list[dict[str, Any]] = []
    for block in blocks:
        if block.kind == "post":
            clock, _, head = block.text.partition(" | ")
            posts.append({"clock": clock, "head": head, "blocks": []})
        elif posts:
            posts[-1]["blocks"].append(block)
    return posts


def _json_ld(story: Story, title: str, local: datetime, canonical: str) -> str:
    """schema.org NewsArticle; `<` is escaped so that no text can end the script element."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting" if any(b.kind == "post" for b in story.blocks) else "NewsArticle",
        "headline": title,
        "mainEntityOfPage": canonical,
        "datePublished": local.isoformat(),
        "dateModified": local.isoformat(),
        "inLanguage": story.language,
        "publisher": {"@type": "NewsMediaOrganization", "name": story.outlet.name},
        "description": story.summary,
    }
    if not story.page_date:
        del data["datePublished"], data["dateModified"]
    if story.byline:
        data["author"] = [{"@type": "Person", "name": story.byline}]
    if story.fault is Fault.PAYWALL:
        data["isAccessibleForFree"] = False
        data["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".story-body"}
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def render_feed(
    outlet: Outlet, feed: Feed, stories: Sequence[Story], base_url: str, now: datetime, count: int
) -> bytes:
    """The bytes of one feed as they stand at `now`, asked for the `count`-th time."""
    base = "" if feed.relative_links else base_url
    joiner = "&" if "?" in outlet.path else "?"
    entries = []
    for story in stories:
        changed = [edit.at for edit in story.edits if edit.at <= now]
        entries.append(
            {
                "title": story.title_at(now, feed.feed_id),
                "link": base + story.link + (joiner + feed.tracking if feed.tracking else "") if story.linked else None,
                "guid": f"{outlet.outlet_id}-{story.number}" + (f"#{count}" if feed.volatile_guids else ""),
                "summary": story.summary,
                "author": story.byline,
                "rfc822": format_datetime(story.published.astimezone(outlet.zone)) if story.feed_date else None,
                "iso": story.published.astimezone(outlet.zone).isoformat() if story.feed_date else None,
                "updated": max([story.published, *changed]).astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "section": story.section,
            }
        )
    newest = stories[0].published if stories else now
    text = (
        environment()
        .get_template(f"feeds/{feed.format}.xml")
        .render(
            outlet=outlet,
            feed=feed,
            entries=entries,
            home=f"{base_url}/{outlet.outlet_id}/",
            self_url=base_url + feed.path,
            built=format_datetime(newest, usegmt=True),
            updated=newest.isoformat().replace("+00:00", "Z"),
        )
    )
    if feed.broken:
        text = _break(text)
    return text.encode(feed.encode, errors="xmlcharrefreplace")


def _break(text: str) -> str:
    """A hand-edited feed: bare ampersands, an HTML entity XML does not know, and no closing tags."""
    text = text.replace("</language>", "</language>\n<description>Politics & economy&nbsp;&mdash; R&D</description>", 1)
    return text[: text.rindex("</channel>")]


def render_index(catalogue: Catalogue, base_url: str, until: datetime) -> str:
    """A front door for people who open the newswire in a browser."""
    return environment().get_template("pages/index.html").render(catalogue=catalogue, base_url=base_url, until=until)
