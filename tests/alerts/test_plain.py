"""What strangers write cannot steer a mail."""

from __future__ import annotations

import pytest

from pipeline.alerts.plain import plain, safe_link


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Talks\r\nBcc: all@example.org", "Talks Bcc: all@example.org"),
        ("a\u2028b\u2029c\u0085d", "a b c d"),
        ("Pu\u200btin\ufeff \u202egnp.exe\u202c \u2066x\u2069", "Putin gnp.exe x"),
        ("nul\x00bell\x07esc\x1b[31m", "nulbellesc[31m"),
        ("  many \t spaces ", "many spaces"),
        ("Élysée, Зеленський, 习近平", "Élysée, Зеленський, 习近平"),
        ("Ele\u0301phant", "El\u00e9phant"),
        ("\ud800 \ue000", ""),
    ],
)
def test_plain_keeps_one_visible_line(raw: str, shown: str) -> None:
    assert plain(raw) == shown


def test_plain_cuts_at_the_limit() -> None:
    assert plain("abcdef ghij", 8) == "abcdef…"
    assert plain("abc", 3) == "abc"


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=c&d=e#f", "http://127.0.0.1:8099/x", "https://bücher.example/ü"]
)
def test_web_addresses_are_linked(url: str) -> None:
    assert safe_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "//example.org/x",
        "/x",
        "https://",
        "https://user@example.org/",
        "https://example.org/\r\nX: y",
        'https://example.org/"onmouseover="x',
        "https://example.org/<script>",
        "https://example.org/\u202ex",
        "https://[::1",
        "https://example.org/" + "a" * 3000,
    ],
)
def test_anything_else_is_not(url: str | None) -> None:
    assert safe_link(url) is None
