"""Why a contact is news, in words and as a picture."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from PIL import Image

from pipeline.alerts.novelty import told
from pipeline.alerts.timeline import HEIGHT, WIDTH, alt_text, draw
from pipeline.domain import Contact, Mode
from pipeline.warehouse.alerting import SharedContact

DAY = date(2022, 2, 12)
MOSCOW = SharedContact(date(2022, 2, 7), Mode.VISIT, "Moscow", 2)
CALL = SharedContact(date(2022, 1, 28), Mode.PHONE, None, 2)
OLD = SharedContact(date(2021, 12, 14), Mode.PHONE, None, 2)


def test_the_last_one_and_the_count_are_ours_the_ordinal_is_the_reports_(contact: Callable[..., Contact]) -> None:
    assert told(contact(), DAY, [OLD, MOSCOW, CALL]) == [
        "the first contact of the two since 7 Feb 2022 (visit in Moscow)",
        "3rd in 30 days by Hotline's count",
        "4th in recent weeks, by the reports' own count",
    ]


def test_the_first_one_says_how_far_back_was_looked(contact: Callable[..., Contact]) -> None:
    assert told(contact(ordinal=None), DAY, []) == ["the first contact of the two that Hotline knows of in 180 days"]


def test_a_second_one_of_the_day_is_no_first_since(contact: Callable[..., Contact]) -> None:
    same_day = SharedContact(DAY, Mode.PHONE, None, 2)
    assert told(contact(ordinal=None), DAY, [same_day])[0].startswith("the second contact of the two on that day")


def test_a_hostile_place_is_made_plain(contact: Callable[..., Contact]) -> None:
    odd = SharedContact(date(2022, 2, 7), Mode.VISIT, "Mos\r\nBcc: x\u202e", 2)
    assert "(visit in Mos Bcc: x)" in told(contact(), DAY, [odd])[0]


@pytest.mark.parametrize("earlier", [[], [OLD, CALL, MOSCOW]])
def test_the_picture_is_a_small_png_and_the_same_each_time(earlier: list[SharedContact]) -> None:
    first = draw(DAY, Mode.PHONE, earlier)
    assert first == draw(DAY, Mode.PHONE, list(reversed(earlier)))
    assert len(first) < 12_000
    with Image.open(io.BytesIO(first)) as image:
        assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))


def test_each_contact_leaves_its_dot_in_the_colour_of_its_mode() -> None:
    def reds(earlier: list[SharedContact]) -> int:
        with Image.open(io.BytesIO(draw(DAY, Mode.PHONE, earlier))) as image:
            return sum(n for n, colour in image.getcolors(1 << 16) if colour == (176, 72, 28))

    assert reds([MOSCOW]) > reds([]) + 100
    assert reds([CALL]) == reds([])


def test_the_picture_is_told_in_words() -> None:
    assert alt_text("Macron-Putin", DAY, [MOSCOW, CALL]) == (
        "Timeline: Macron-Putin, 12 Feb 2022, 3rd contact in 180 days; before: 28 Jan 2022, 7 Feb 2022."
    )
