"""docs/analysts.md and the notebook: what they tell analysts to type works, over the example newswire."""

from __future__ import annotations

import base64
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import psycopg2
import pytest
from nbclient import NotebookClient

from pipeline.domain import Contact, DatePrecision, Participant
from pipeline.newswire.truth import EventTruth, load_truth
from pipeline.settings import ROOT
from pipeline.warehouse.connect import connect
from pipeline.warehouse.contacts import save_contacts
from pipeline.warehouse.reads import query

NOTEBOOK = ROOT / "docs" / "notebooks" / "first_look.ipynb"
NOW = datetime(2022, 2, 16, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def newswire_dsn(postgres: Any) -> Iterator[str]:
    """The contacts that the newswire's stories tell, as the read-only analyst sees them."""
    with closing(psycopg2.connect(postgres.admin_dsn)) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute(
                "CREATE DATABASE hotline_newswire OWNER hotline_etl TEMPLATE hotline_template STRATEGY file_copy"
            )
            with closing(connect(postgres.dsn.rpartition("/")[0] + "/hotline_newswire")) as connection:
                save_contacts(connection, [_contact(event) for event in load_truth().events.values()], NOW)
                connection.commit()
            yield postgres.analyst_dsn.rpartition("/")[0] + "/hotline_newswire"
            cursor.execute("DROP DATABASE hotline_newswire WITH (FORCE)")


def _contact(event: EventTruth) -> Contact:
    day: date | None = event.date
    told = NOW if day is None else datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    return Contact(
        contact_id=str(uuid.uuid5(uuid.NAMESPACE_URL, event.event_id)),
        participants=tuple(Participant(leader.name, leader.country, None, "") for leader in event.participants),
        mode=event.mode,
        status=event.status,
        occurred_on=day,
        date_precision=None if day is None else DatePrecision.DAY,
        duration_minutes=event.duration_minutes,
        location=event.location,
        initiator=None,
        ordinal=None,
        historical=event.historical,
        topics=(),
        attribution=(),
        confidence=0.9,
        first_reported_at=told,
        last_reported_at=told + timedelta(hours=1),
        report_ids=(),
        outlets=tuple(sorted(event.outlets)),
        families=tuple(sorted(event.families)),
    )


def test_the_notebook_is_kept_without_results() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell for cell in cells if cell.outputs or cell.execution_count] == []


def test_the_notebook_runs_and_draws(newswire_dsn: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOTLINE_ANALYST_DSN", newswire_dsn)
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    # Raises with the cell and the traceback if one fails.
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=str(tmp_path))
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    pictures = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    if folder := os.environ.get("HOTLINE_TEST_PICTURES"):
        for number, picture in enumerate(pictures):
            (Path(folder) / f"first_look_{number}.png").write_bytes(base64.b64decode(picture))
    assert len(pictures) == 3
    assert "30 contacts from 2022-01-19 to 2022-02-15" in printed
    # 28 and 31 January, 3, 7 and 12 February.
    assert "before the event: 3.3 days between contacts on average" in printed
    assert "after the event: 5.0 days between contacts on average" in printed


def examples() -> list[str]:
    """The SQL of the worked examples: indented blocks that begin with SELECT."""
    text = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
    return re.findall(r"^    SELECT .*?;$", text, re.MULTILINE | re.DOTALL)


def test_the_worked_examples_of_the_docs_find_something(newswire_dsn: str) -> None:
    found = {}
    with closing(connect(newswire_dsn)) as connection:
        for sql in examples():
            answer = query(connection, re.sub(r"current_date - 7", "DATE '2022-03-01'", sql))
            found[sql.split("\n")[0].strip()] = len(answer.rows)
    assert len(found) == 3
    assert all(found.values()), found
