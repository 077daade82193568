"""Airflow's own web server, as an installation has it, asked in its process for all that a page may show."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping

from pipeline.runtime.airflow_env import login, process_env
from pipeline.settings import Settings
from pipeline.warehouse.embedded import EmbeddedPostgres
from tests.end_to_end.home import ROOT, Home

ASK = """
import json, sys
from fastapi.testclient import TestClient
from airflow.api_fastapi.app import create_app

user, password = json.loads(sys.stdin.read())
told = {}
with TestClient(create_app(), follow_redirects=False) as client:
    answer = client.post("/auth/token", json={"username": user, "password": password})
    token = answer.json()["access_token"]
    def get(path, headers={"Authorization": "Bearer " + token}):
        answer = client.get(path, headers=headers)
        told[path if headers else "stranger " + path] = [answer.status_code, answer.text.replace(token, "")]
        return answer
    tasks = get("/api/v2/dags/~/dagRuns/~/taskInstances").json()["task_instances"]
    for path in ("dags", "dags/news_monitor/details", "dags/~/dagRuns", "dags/~/dagRuns/~/taskInstances/~/xcomEntries",
                 "connections", "variables", "config", "eventLogs", "assets/events", "pools", "plugins", "providers"):
        get("/api/v2/" + path)
    for task in tasks:
        at = f"/api/v2/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/{task['task_id']}"
        get(at if task["map_index"] < 0 else f"{at}/{task['map_index']}")
        get(f"{at}/xcomEntries/return_value?map_index={task['map_index']}")
    pages = ["", "operations", "review", "pairs", "network", "contacts.csv"]
    first = client.get("/leader-contacts/", headers={"Authorization": "Bearer " + token}).text
    pages.append(first.partition('href="contact/')[2].partition('"')[0] and
                 "contact/" + first.partition('href="contact/')[2].partition('"')[0])
    for page in pages:
        get("/leader-contacts/" + page)
        get("/leader-contacts/" + page, None)
    get("/hotline/metrics")
    get("/hotline/metrics", None)
print("ANSWERS " + json.dumps(told))
"""


def answers(home: Home) -> Mapping[str, tuple[int, str]]:
    """Status and text of every address asked, by its path; those asked without a login begin with "stranger"."""
    settings = Settings(_env_file=None, home=home.path)
    server = EmbeddedPostgres(home.path)
    with server.using():
        environment = process_env(settings, server.airflow_dsn, {"HOTLINE_WAREHOUSE_DSN": server.dsn})
        done = subprocess.run(
            [sys.executable, "-c", ASK],
            input=json.dumps(login(settings)), cwd=ROOT, env=environment, text=True, capture_output=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("ANSWERS ")]
    return {path: (status, text) for path, (status, text) in json.loads(line.removeprefix("ANSWERS ")).items()}
