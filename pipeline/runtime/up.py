"""`hotline up`: Airflow with its UI and the schedule, until Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from pipeline.runtime.airflow_env import login, process_env
from pipeline.runtime.errors import PortTaken, RuntimeFault
from pipeline.runtime.lock import home_lock
from pipeline.runtime.ports import is_free
from pipeline.runtime.run import DAG_ID, OFFLINE
from pipeline.runtime.services import services
from pipeline.runtime.supervisor import Program, Supervisor
from pipeline.settings import Settings

HEALTHY_WITHIN = 180.0
# The one loopback opener: a proxy named in the environment must never see these requests.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def up(settings: Settings, feeds: Path | None, say: Callable[[str], None], stop: threading.Event | None = None) -> None:
    """Start everything, say where the UI is, and look after it until SIGINT, SIGTERM or `stop`."""
    over = stop or threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    if not is_free(settings.ui_port):
        raise PortTaken(
            f"Port {settings.ui_port} of 127.0.0.1 is taken by another program.",
            f"Stop it (`ss -ltnp 'sport = :{settings.ui_port}'` names it), or choose another: HOTLINE_UI_PORT=8090",
        )
    logs = settings.home.resolve() / "logs"
    with home_lock(settings.home.resolve(), "up"), services(settings, feeds, say) as around:
        environment = process_env(settings, around.airflow_dsn, around.environment) | OFFLINE
        user, password = login(settings)
        say("Bringing Airflow's metadata up to date ...")
        _prepare(environment, logs / "airflow-migrate.log")
        programs = [
            Program(name, (sys.executable, "-m", "airflow", *arguments), logs / f"{name}.log")
            for name, arguments in (
                ("api-server", ("api-server", "--workers", "1")),
                ("scheduler", ("scheduler",)),
                ("dag-processor", ("dag-processor",)),
                ("triggerer", ("triggerer",)),
            )
        ]
        supervisor = Supervisor(programs, environment, say)
        try:
            supervisor.start()
            say(f"Starting Airflow: {', '.join(program.name for program in programs)} ...")
            address = f"http://127.0.0.1:{settings.ui_port}"
            if _wait(address, supervisor, over, logs):
                say(f"Airflow is up:  {address}\n  user          {user}\n  password      {password}")
                say(f"  schedule      {settings.schedule} (HOTLINE_SCHEDULE changes it)")
                if around.newswire_url:
                    say(f"  feeds         the example newswire, {around.newswire_url}/")
                    say("                (live news: make up FEEDS=config/feeds.yaml)")
                else:
                    say(f"  feeds         {around.feeds_file}")
                if around.mail_folder:
                    say(f"  mail folder   {around.mail_folder}")
                say(f"  logs          {logs}\nCtrl-C stops it.")
                supervisor.watch(over)
        finally:
            say("Stopping ...")
            killed = supervisor.stop()
            if killed:
                say(f"These did not stop by themselves and were killed: {', '.join(killed)}")
    say("Stopped.")


def _prepare(environment: dict[str, str], log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.runtime.dagrun", DAG_ID, "--only-prepare"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeFault("Airflow's metadata database could not be migrated.", f"See {log}.")


def _wait(address: str, supervisor: Supervisor, over: threading.Event, logs: Path) -> bool:
    """Until all parts report healthy; False when told to stop meanwhile. Raises when they do not come up."""
    end = time.monotonic() + HEALTHY_WITHIN
    while not over.wait(0.5):
        supervisor.tend()
        sick = unhealthy(address)
        if not sick:
            return True
        if time.monotonic() > end:
            raise RuntimeFault(f"Airflow did not come up: {', '.join(sick)}.", f"See the logs in {logs}.")
    return False


def unhealthy(address: str) -> list[str]:
    """The parts of the Airflow at `address` that do not report healthy; `api-server` alone if nothing answers."""
    try:
        with _OPENER.open(f"{address}/api/v2/monitor/health", timeout=5) as answer:
            told = json.load(answer)
    except (OSError, ValueError):
        return ["api-server"]
    parts = {"metadatabase": "metadata database", "scheduler": "scheduler"}
    parts |= {"dag_processor": "dag-processor", "triggerer": "triggerer"}
    return [name for key, name in parts.items() if (told.get(key) or {}).get("status") != "healthy"]


def main(arguments: list[str]) -> int:
    """`python -m pipeline.runtime.up ADDRESS`: exit status 0 when the api-server there answers and reports healthy."""
    sick = unhealthy(arguments[0])
    print(", ".join(sick) or "healthy")
    return 1 if "api-server" in sick or "metadata database" in sick else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
