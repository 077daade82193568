"""Small tools of ingest: encodings, dates, languages, plain text, each by its cases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.charset import decode
from pipeline.ingest.dates import parse_date, url_day
from pipeline.ingest.decoding import decoder_for
from pipeline.ingest.faults import Fault
from pipeline.ingest.language import clearly_not_english, language_of
from pipeline.ingest.text import clean, one_line, plain
from pipeline.ingest.urls import check_url, join

WIDE = "<rss version='2.0'><channel><title>Київ – é</title></channel></rss>"


@pytest.mark.parametrize(
    ("body", "header", "text", "charset"),
    [
        (b"plain", None, "plain", "utf-8"),
        (b"plain", "iso-8859-1", "plain", "cp1252"),
        ("é“".encode(), "iso-8859-1", "é“", "utf-8"),
        ("é“".encode("cp1252"), "iso-8859-1", "é“", "cp1252"),
        ("é“".encode("cp1252"), "utf-8", "é“", "cp1252"),
        ("Київ".encode("cp1251"), "windows-1251", "Київ", "cp1251"),
        ('<meta charset="windows-1251">Київ'.encode("cp1251"), None, '<meta charset="windows-1251">Київ', "cp1251"),
        ("東京".encode("shift_jis"), "Shift_JIS", "東京", "cp932"),
        ("北京".encode("gb2312"), "gb2312", "北京", "gb18030"),
        (b"\xff\xfeh\0i\0", "utf-8", "hi", "utf-16-le"),
        (WIDE.encode("utf-16-le"), "utf-8", WIDE, "utf-16-le"),  # without its mark
        (b"\xef\xbb\xbf" + WIDE.encode("utf-16-be"), None, WIDE, "utf-16-be"),  # with another's
        (b" \n" + b"\xff\xfe" + WIDE.encode("utf-16-le"), None, WIDE, "utf-16-le"),  # behind something
        (b"<p>" + b"\0" * 40, None, "<p>" + "\0" * 40, "utf-8"),  # zeros alone are no UTF-16
        ("é, then cut in an é".encode()[:-1], None, "é, then cut in an ", "utf-8"),
        (b"x", "base64", "x", "utf-8"),
        (b"x", "unicode_escape", "x", "utf-8"),
        (b"x", "no-such-thing", "x", "utf-8"),
        ("ééééé ok ".encode() * 9 + b"\xe9 x", "utf-8", "ééééé ok " * 9 + "\ufffd x", "utf-8"),
    ],
)
def test_bytes_are_decoded_as_they_are_not_as_they_say(
    body: bytes, header: str | None, text: str, charset: str
) -> None:
    found = decode(body, header)
    assert (found.text, found.charset) == (text, charset)


@given(st.binary(max_size=300), st.none() | st.text(max_size=20))
def test_decoding_never_fails(body: bytes, header: str | None) -> None:
    assert isinstance(decode(body, header).text, str)


AT = datetime(2022, 2, 12, 17, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-02-12T18:40:00+01:00", AT),
        ("2022-02-12T17:40:00Z", AT),
        ("2022-02-12T17:40:00.000Z", AT),
        ("2022-02-12 18:40", AT),  # without offset: the outlet's zone, Paris here
        ("2022-02-12T18:40+0100", AT),
        ("Sat, 12 Feb 2022 17:40:00 GMT", AT),
        ("Sat, 12 Feb 2022 12:40:00 EST", AT),
        ("12 February 2022 18:40 CET", AT),
        ("February 12, 2022 at 12:40 pm EST", AT),
        ("1644687600", AT),
        ("1644687600000", AT),
        ("2022-02-12", date(2022, 2, 12)),
        ("20220212", date(2022, 2, 12)),
        ("12 February 2022", date(2022, 2, 12)),
        ("Feb. 12, 2022", date(2022, 2, 12)),
        ("12.02.2022", date(2022, 2, 12)),
        ("25/02/2022", date(2022, 2, 25)),
        ("02/25/2022", date(2022, 2, 25)),
        ("02/12/2022", None),  # February or December: nobody knows
        ("February 2022", None),
        ("2022", None),
        ("18:40", None),
        ("yesterday", None),
        ("", None),
        ("0001-01-01T00:00:00", None),
        ("1970-01-01", None),
        ("9999-12-31", None),
        ("2022-02-30", None),
        ("2022-02-12T18:40:00+99:00", None),
    ],
)
def test_a_date_is_read_or_not_guessed(text: str, expected: object) -> None:
    found = parse_date(text, "Europe/Paris")
    assert found == expected and type(found) is type(expected)


@given(st.text(max_size=40))
def test_no_text_crashes_the_reading_of_dates(text: str) -> None:
    found = parse_date(text)
    assert found is None or found.year >= 1990


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/2022/02/12/story", date(2022, 2, 12)),
        ("https://x.example/world/2022/feb/12/story", date(2022, 2, 12)),
        ("https://x.example/world/2022-02-12-story", date(2022, 2, 12)),
        ("https://x.example/20220212/1.html", date(2022, 2, 12)),
        ("https://x.example/2022/13/12/story", None),
        ("https://x.example/2022/02/story", None),
        ("https://x.example/story-20220212345", None),
        (None, None),
    ],
)
def test_a_day_in_an_address(url: str | None, expected: date | None) -> None:
    assert url_day(url) == expected


ENGLISH = (
    "The president said on Saturday that he would not go to the meeting, which was to be held in the capital next week."
)
GERMAN = (
    "Der Präsident sagte am Samstag, dass er nicht zu dem Treffen fahren werde, das in der Hauptstadt stattfinden soll."
)
UKRAINIAN = (
    "Президент сказав у суботу, що не поїде на зустріч, яка мала відбутися у столиці наступного тижня, кажуть у Києві."
)


@pytest.mark.parametrize(
    ("text", "declared", "language", "refused"),
    [
        (ENGLISH * 2, None, "en", False),
        (ENGLISH * 2, "de", "en", False),
        (GERMAN * 2, "en-GB", "de", True),
        (UKRAINIAN * 3, "uk", "uk", True),
        (UKRAINIAN * 3, "en", None, True),
        ("Putin, Macron: Telefonat", "de", "de", False),
        ("Talks in Minsk", "en_US", "en", False),
        (ENGLISH * 3 + GERMAN, None, "en", False),
        ("", None, None, False),
        ("", "nonsense!", None, False),
    ],
)
def test_a_language_is_found_by_its_words(text: str, declared: str | None, language: str | None, refused: bool) -> None:
    assert language_of(text, declared) == language
    assert clearly_not_english(text, language) is refused


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")


def test_one_line_is_one_line_of_the_length_asked_for() -> None:
    assert one_line(" a\n b\r\nc ", 10) == "a b c"
    assert one_line("four five six", 10) == "four five…"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("&lt;p&gt;x&lt;/p&gt;", "x"),
        ("<p>a</p><style>b</style><p>c", "a c"),
        ("AT&amp;T", "AT&T"),
        ("http://x.example/a", "http://x.example/a"),
    ],
)
def test_markup_becomes_plain_text(markup: str, expected: str) -> None:
    assert plain(markup, 100) == expected


@given(st.text(max_size=60))
def test_no_string_gets_past_the_check_of_urls_but_a_web_address(text: str) -> None:
    try:
        assert check_url(text).scheme in ("http", "https")
    except Fault as fault:
        assert fault.detail
    assert (joined := join("https://x.example/", text)) is None or joined.startswith(("http://", "https://", "HTTP"))


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", ""]))
def test_no_bytes_crash_a_decoder(data: bytes, coding: str) -> None:
    decoder = decoder_for(coding)
    try:
        for _ in decoder.feed(data):
            pass
        decoder.finish()
    except Fault as fault:
        assert coding in fault.detail
