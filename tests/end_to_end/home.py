"""An installation in a directory of its own, and what one run left in it."""

from __future__ import annotations

import mailbox
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extras

from pipeline.warehouse.embedded import EmbeddedPostgres

ROOT = Path(__file__).parent.parent.parent
# What stays the same however often a run was killed: everything but keys and the times of the work itself.
CONTACTS = """
SELECT participants, mode, status, occurred_on, date_precision, duration_minutes, location, ordinal, ordinal_window,
       historical, topics, attribution, first_reported_at, last_reported_at, reports, outlets, families, confidence
FROM mart.contacts ORDER BY 1, 4, 2, 3, 6, 13
"""
ARTICLES = "SELECT outlet, title, url, stage, reason, topics, contact_reports FROM mart.articles ORDER BY 1, 3"


@dataclass(frozen=True)
class Home:
    """An installation in a directory of its own."""

    path: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("HOTLINE_", "AIRFLOW_"))}
        return kept | {"HOTLINE_HOME": str(self.path), "COLUMNS": "160"}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *arguments],
            cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=280)
        return subprocess.CompletedProcess(arguments, process.returncode, output)

    @contextmanager
    def warehouse(self) -> Iterator[psycopg2.extensions.connection]:
        """A superuser's connection to the warehouse; the server runs meanwhile."""
        server = EmbeddedPostgres(self.path)
        server.start()
        try:
            with closing(psycopg2.connect(server.admin_dsn.rpartition("/")[0] + "/hotline")) as connection:
                yield connection
        finally:
            server.stop()

    def read(self, query: str) -> list[dict[str, Any]]:
        with self.warehouse() as connection, connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(query)
            return [dict(row) for row in cursor.fetchall()]

    def mails(self) -> list[mailbox.MaildirMessage]:
        return list(mailbox.Maildir(str(self.path / "mail"), create=False)) if (self.path / "mail").exists() else []


@dataclass(frozen=True)
class Run:
    """A finished first run."""

    home: Home
    status: int
    output: str
    seconds: float
    contacts: list[dict[str, Any]]
    articles: list[dict[str, Any]]
    reports: list[dict[str, Any]]
    outbox: list[dict[str, Any]]


def new_home() -> tempfile.TemporaryDirectory[str]:
    directory = tempfile.TemporaryDirectory(prefix="hotline-run-", ignore_cleanup_errors=True)
    # Under root the embedded server runs as another user, who must be able to enter.
    Path(directory.name).chmod(0o755)
    return directory
