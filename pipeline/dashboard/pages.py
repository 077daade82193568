"""Fills the templates. Everything that comes from a text is escaped, and only web addresses become links."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.alerts.phrases import MODES, confidence, duration
from pipeline.domain import Status


def render(template: str, **values: Any) -> str:
    """The page; `up` is the way from its address to the dashboard's root ("" or "../")."""
    return _PAGES.get_template(template).render(**{"up": "", "here": template.removesuffix(".html")} | values)


def web_link(url: str | None) -> str | None:
    """The address if it is one of the web; a `javascript:` address from a page is shown as nothing."""
    return url if url and urlsplit(url).scheme in ("http", "https") else None


def asking(**filters: str) -> str:
    """A query string for links to the list."""
    return urlencode({name: value for name, value in filters.items() if value})


def short(name: str) -> str:
    """ "Emmanuel Macron (FRA)" without the country: what the filter for a leader takes."""
    return name.rpartition(" (")[0] or name


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["duration"] = lambda minutes: duration(minutes) if minutes else ""
    env.filters["sureness"] = confidence
    env.filters["mode"] = lambda mode: MODES[mode]
    env.filters["web"] = web_link
    env.filters["short"] = short
    env.globals["asking"] = asking
    env.globals["modes"] = {mode.value: words for mode, words in MODES.items()}
    env.globals["statuses"] = [status.value for status in Status]
    return env


_PAGES = _environment()
