"""docker-compose.yml: well formed, its secrets from the environment, and every command line one that exists."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "hotline:local"}
VARIABLES = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
SECRETS = [name for name in VARIABLES if "PASSWORD" in name or "SECRET" in name or "KEY" in name]


def command_lines() -> dict[str, list[str]]:
    found = {f"{name} command": service["command"] for name, service in OURS.items()}
    for name, service in OURS.items():
        kind, *words = service.get("healthcheck", {}).get("test", ["NONE"])
        if kind == "CMD":
            found[f"{name} healthcheck"] = words
    return found


def airflow_parses(lines: list[list[str]]) -> list[bool]:
    """Whether Airflow's own parser takes each line; one process, since importing Airflow takes seconds."""
    code = (
        "import json, sys\nfrom airflow.cli.cli_parser import get_parser\n"
        "def parses(words):\n"
        "    try: get_parser().parse_args(words)\n"
        "    except SystemExit: return False\n"
        "    return True\n"
        "print(json.dumps([parses(words) for words in json.load(sys.stdin)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        env=os.environ | {"AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"},
        check=True,
    )
    parsed: list[bool] = json.loads(done.stdout.splitlines()[-1])
    return parsed


def test_every_airflow_command_line_exists_and_parses() -> None:
    lines = {name: words[1:] for name, words in command_lines().items() if words[0] == "airflow"}
    assert len(lines) >= 8
    *parsed, nonsense = airflow_parses([*lines.values(), ["api-servant"]])
    assert dict(zip(lines, parsed, strict=True)) == dict.fromkeys(lines, True)
    assert nonsense is False


def test_every_other_command_line_is_a_module_of_ours_with_a_main() -> None:
    for name, words in command_lines().items():
        if words[0] != "airflow":
            assert words[:2] == ["python", "-m"], name
            assert callable(importlib.import_module(words[2]).main), name


def test_every_long_running_service_has_a_health_check() -> None:
    without = {name for name, service in COMPOSE["services"].items() if "healthcheck" not in service}
    assert without == {"init"}


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in SECRETS:
        uses = re.findall(r"\$\{" + name + r"[^}]*\}", text)
        assert uses, f"{name} of .env.example is not used"
        assert all(":?" in use or use == f"${{{name}}}" for use in uses), uses


def test_ports_are_bound_to_loopback() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)


def test_the_image_runs_as_nobody_special() -> None:
    users = re.findall(r"^USER (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert users == ["hotline"]


def test_what_the_image_copies_is_there() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for line in re.findall(r"^COPY (.+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in ignored, f"{source} is kept out by .dockerignore"


def test_docker_compose_accepts_it(tmp_path: Path) -> None:
    compose = shutil.which("docker-compose")
    if compose is None:
        pytest.skip("docker-compose is not installed (Debian: apt-get install docker-compose)")
    environment = tmp_path / "env"
    environment.write_text("".join(f"{name}=x\n" for name in VARIABLES))
    done = subprocess.run(
        [compose, "--env-file", str(environment), "config", "--quiet"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    environment.write_text("")
    refused = subprocess.run(
        [compose, "--env-file", str(environment), "config", "--quiet"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={k: v for k, v in os.environ.items() if k not in VARIABLES},
    )  # fmt: skip
    assert refused.returncode != 0
    assert "set it in .env" in refused.stderr
