"""The same work on Spark itself, in local mode: every field as without it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.bulk.sources import plan
from pipeline.bulk.work import do_part
from pipeline.settings import ROOT, Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.spark,
    pytest.mark.skipif(
        importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed: the extra [spark]"
    ),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java: install a Java 17 or newer"),
]


def table(folder: Path) -> list[dict[str, Any]]:
    rows = [row for path in sorted(folder.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    return sorted(rows, key=lambda row: row["source_row"])


def test_spark_writes_what_this_process_writes(
    news: list[dict[str, Any]], lines: Callable[..., Path], tmp_path: Path
) -> None:
    path = lines(*news, b"{broken")
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "bulk", str(path), "--rows", "6"]
    first = subprocess.run(
        [*command, "--out", str(tmp_path / "spark"), "--master", "local[2]"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert first.returncode == 0, first.stdout + first.stderr
    assert f"{len(news)} articles" in first.stdout and "1 rows hold no article" in first.stdout
    for part in plan([path], 6):
        do_part(part, tmp_path / "here", Settings(_env_file=None))
    assert table(tmp_path / "spark") == table(tmp_path / "here")
    assert {p.name for p in (tmp_path / "spark").glob("*.parquet")} == {p.name for p in (tmp_path / "here").iterdir()}
    # Spark itself reads them, with spark-submit's way in, and keeps what is done.
    again = subprocess.run(
        [sys.executable, "-m", "pipeline.bulk.spark", str(path), "--rows", "6", "--out", str(tmp_path / "spark")],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "MASTER": "local[1]"},
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    read = (
        "import json, sys; from pipeline.bulk.spark import session; spark = session('local[1]'); "
        "rows = spark.read.parquet(sys.argv[1]).selectExpr('count(*) AS n', 'sum(size(contacts)) AS c').first(); "
        "print(json.dumps([rows.n, rows.c]))"
    )
    asked = subprocess.run(
        [sys.executable, "-c", read, str(tmp_path / "spark")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    here = table(tmp_path / "here")
    assert json.loads(asked.stdout.splitlines()[-1]) == [len(here), sum(len(r["contacts"]) for r in here)], asked.stderr


def test_a_part_that_cannot_be_read_fails_the_job_in_words(lines: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "torn.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "bulk", str(tmp_path / "torn.jsonl.gz")]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out"), "--master", "local[1]"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "the gzip file is damaged" in done.stdout and "Traceback" not in done.stdout + done.stderr[-2000:]
