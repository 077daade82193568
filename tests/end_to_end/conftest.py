"""One real `hotline run` over the example newswire, in a home of its own, shared by the tests of this folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.home import ARTICLES, CONTACTS, Home, Run, new_home


@pytest.fixture(scope="session")
def first_run() -> Iterator[Run]:
    with new_home() as directory:
        home = Home(Path(directory) / "home")
        began = time.monotonic()
        done = home.run("run")
        seconds = time.monotonic() - began
        if done.returncode != 0:
            pytest.fail(f"hotline run ended with {done.returncode}:\n{done.stdout}")
        yield Run(
            home,
            done.returncode,
            done.stdout,
            seconds,
            home.read(CONTACTS.replace("SELECT", "SELECT contact_id::text,", 1)),
            home.read(ARTICLES),
            home.read("SELECT *, contact_id::text AS contact_id FROM mart.contact_reports"),
            home.read("SELECT *, contact_id::text AS contact_id FROM core.outbox"),
        )
