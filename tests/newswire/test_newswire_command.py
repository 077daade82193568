"""`hotline newswire` as a person starts it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from pipeline.cli import build_app
from pipeline.newswire import load_truth

SERVE = [sys.executable, "-c", "from pipeline.cli import main; main()", "newswire"]


def test_feeds_yaml_is_printed_and_nothing_is_served() -> None:
    result = CliRunner().invoke(build_app(), ["newswire", "--port", "9", "--feeds-yaml"])
    assert result.exit_code == 0
    rows = yaml.safe_load(result.stdout)["feeds"]
    assert {row["id"] for row in rows} == set(load_truth().feeds)
    assert rows[0]["url"] == "http://127.0.0.1:9/meridian/rss.xml"


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(end: signal.Signals) -> None:
    with subprocess.Popen([*SERVE, "--port", "0", "--until", "2022-02-03"], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            address = child.stdout.readline().split(" on ")[1].strip()
            feed = httpx.get(address + "meridian/rss.xml").text
            assert "<item>" not in feed
            assert "<item>" in httpx.get(address + "orbita/en/rss/v2.xml").text
        finally:
            child.send_signal(end)
        assert child.wait(timeout=20) == 0


def test_a_taken_port_is_named_with_the_mend() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = subprocess.run([*SERVE, "--port", port], capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert port in result.stderr
    assert "--port" in result.stderr
