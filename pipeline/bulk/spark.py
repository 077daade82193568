"""The same work on Apache Spark (extra [spark], Java 17): `hotline bulk --master`, or spark-submit with this file."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.bulk.faults import BulkFault
from pipeline.bulk.sources import Part, plan
from pipeline.bulk.work import Done, do_part
from pipeline.settings import Settings, get_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROWS = 2000


def session(master: str | None) -> SparkSession:
    """A Spark session; `master` None: what spark-submit says. Raises BulkFault where there is no Spark or no Java."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise BulkFault(
            "Spark is not installed. Run `.venv/bin/uv pip install --python .venv/bin/python 'pyspark>=4'` (the extra "
            "[spark]), or leave --master out."
        ) from None
    # Executors in local mode are this very Python, with this program in it.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("hotline").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
    if master is not None:
        builder = builder.master(master)
        if master.startswith("local"):
            builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    try:
        found: SparkSession = builder.getOrCreate()
    except Exception as error:  # whatever the gateway raises when Java is missing, too old, or refuses
        raise BulkFault(f"Spark does not start: {error}. It needs Java 17 or newer (`java -version`).") from error
    # A fault is told once, in our words.
    found.sparkContext.setLogLevel("OFF")
    return found


def run(spark: SparkSession, parts: Sequence[Part], out: Path, settings: Settings, feeds: bool = False) -> list[Done]:
    """Do all parts, one a Spark task; each executor process loads the models once. Results in the order of parts.

    Input and `out` must be readable and writable under the same paths on every executor. Raises BulkFault for a part
    that failed as often as Spark tries (`spark.task.maxFailures`); files of other parts are kept.
    """
    if not parts:
        return []

    def work(some: Iterator[Part]) -> Iterator[Done]:
        for part in some:
            yield do_part(part, out, settings, feeds)

    try:
        done: list[Done] = spark.sparkContext.parallelize(parts, len(parts)).mapPartitions(work).collect()
    except Exception as error:  # Py4JJavaError, whose text holds the executor's traceback
        raise BulkFault(_cause(str(error))) from error
    return done


def _cause(told: str) -> str:
    """The last line of the executor's Python traceback, which names the file and the mend."""
    for line in reversed(told.splitlines()):
        name, colon, words = line.strip().partition(": ")
        if colon and name.rpartition(".")[2].endswith(("Fault", "Error")) and " " not in name and "java" not in name:
            return words
    return told.splitlines()[0] if told else "Spark failed without a word"


def main(arguments: Sequence[str] | None = None) -> None:
    """For spark-submit: `spark-submit --master ... pipeline/bulk/spark.py FILES... --out DIR`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="WARC, JSON Lines or Parquet files, or folders of them")
    parser.add_argument("--out", required=True, type=Path, help="the folder for report files")
    parser.add_argument("--rows", type=int, default=ROWS, help="articles a task, where files can be cut")
    parser.add_argument("--feeds", action="store_true", help="outlets and time zones from the feeds file")
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO)
    try:
        spark = session(None)
        done = run(spark, plan(asked.files, asked.rows), asked.out.resolve(), get_settings(), asked.feeds)
    except (BulkFault, OSError) as fault:
        raise SystemExit(str(fault)) from None
    logging.info("%d articles, %d rows without one", sum(d.rows - d.errors for d in done), sum(d.errors for d in done))
    spark.stop()


if __name__ == "__main__":
    main()
