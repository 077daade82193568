"""Every DAG: loads without work, is owned, told, timed out, retried, pooled, and ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.runtime.pools import POOLS

ROOT = Path(__file__).parent.parent.parent
FILES = sorted(path.stem for path in (ROOT / "dags").glob("*.py"))

# One process for all DAGs, since importing Airflow takes seconds. Our own modules are forgotten before each file, so
# that each pays for what it imports.
LOOK = """
import gc, importlib.util, json, sys, time
from pathlib import Path
import airflow.sdk, airflow.models.dag, airflow.serialization.serialized_objects
from airflow.sdk import DAG
from airflow.sdk.definitions.asset import Asset
from airflow.serialization.serialized_objects import DagSerialization
import airflow.providers.standard.operators.hitl, airflow.providers.standard.decorators.python

HEAVY = ("onnxruntime", "trafilatura", "psycopg2", "transformers", "numpy", "lxml", "httpx", "pyarrow")
before = set(sys.modules)
told = {}
for path in sorted(Path("dags").glob("*.py")):
    for name in [n for n in sys.modules if n == "pipeline" or n.startswith("pipeline.")]:
        del sys.modules[name]
    began = time.process_time()
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    seconds = time.process_time() - began
    # `type`, not `isinstance`: among all objects there are proxies that would import what they stand for.
    (dag,) = [d for d in gc.get_objects() if type(d) is DAG and d.dag_id == path.stem]
    dag.validate()
    dag.check_cycle()
    DagSerialization.serialize_dag(dag)
    told[path.stem] = {
        "seconds": seconds,
        "owner": dag.owner, "tags": sorted(dag.tags), "doc": dag.doc_md or "", "catchup": dag.catchup,
        "timeout": dag.dagrun_timeout is not None, "description": dag.description or "",
        "params": {name: {"title": p.schema.get("title"), "description": p.description, "schema": p.schema}
                   for name, p in ((n, dag.params.get_param(n)) for n in dag.params)},
        "way": {t.task_id: [[a.uri for a in side if isinstance(a, Asset)] for side in (t.inlets, t.outlets)]
                for t in dag.tasks},
        "outlets": sorted({o.uri for t in dag.tasks for o in t.outlets if isinstance(o, Asset)}),
        "tasks": {t.task_id: {
            "retries": t.retries, "backoff": bool(t.retry_exponential_backoff), "owner": t.owner, "pool": t.pool,
            "timeout": bool(t.execution_timeout or getattr(t, "response_timeout", None)), "doc": t.doc_md or "",
            "upstream": sorted(t.upstream_task_ids), "downstream": sorted(t.downstream_task_ids),
            "defaults": getattr(t, "defaults", None),
        } for t in dag.tasks},
    }
told["heavy"] = sorted(n for n in set(sys.modules) - before if n.split(".")[0] in HEAVY and "." not in n)
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("airflow")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "HOTLINE_"))}
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env=kept | {"AIRFLOW_HOME": str(home), "HOTLINE_HOME": str(home), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.mark.parametrize("name", FILES)
def test_each_dag_is_owned_told_timed_and_retried(told: dict[str, Any], name: str) -> None:
    dag = told[name]
    assert dag["owner"] == "hotline"
    assert "hotline" in dag["tags"] and len(dag["tags"]) >= 2
    assert "### What it does" in dag["doc"] and "### When it fails" in dag["doc"]
    assert dag["description"] and dag["timeout"]
    # History is a backfill's business: no DAG starts years of runs when it is switched on.
    assert dag["catchup"] is False
    for task_id, task in dag["tasks"].items():
        assert task["timeout"], f"{name}.{task_id} may run for ever"
        assert task["retries"] >= 1 and task["backoff"], f"{name}.{task_id} is not tried again"
        assert task["owner"] == "hotline" and task["doc"], f"{name}.{task_id}"
        assert task["pool"] in {*POOLS, "default_pool"}, f"{name}.{task_id} waits for a pool that nobody makes"


@pytest.mark.parametrize("name", FILES)
def test_each_parameter_is_explained_and_checked(told: dict[str, Any], name: str) -> None:
    for param, facts in told[name]["params"].items():
        assert facts["title"] and facts["description"], f"{name}: {param}"
        assert "type" in facts["schema"], f"{name}: {param} takes anything"


@pytest.mark.parametrize("name", FILES)
def test_each_dag_parses_quickly(told: dict[str, Any], name: str) -> None:
    """CPU seconds beyond Airflow's own import; ours are some hundredths."""
    assert told[name]["seconds"] < 1.5


def test_no_dag_imports_models_or_drivers(told: dict[str, Any]) -> None:
    assert told["heavy"] == []


def test_contacts_are_an_asset_that_mailing_hangs_on(told: dict[str, Any]) -> None:
    emit = {name for name in FILES if "hotline://warehouse/contacts" in told[name]["outlets"]}
    assert emit == {"news_monitor", "backfill_archive", "reanalyse"}


def test_the_way_of_the_data_is_drawn_from_feeds_to_mails(told: dict[str, Any]) -> None:
    at = "hotline://warehouse/"
    way = {name: sides for name, sides in told["news_monitor"]["way"].items() if sides != [[], []]}
    assert way == {
        "poll": [[], [f"{at}items"]],
        "fetch": [[f"{at}items"], [f"{at}pages"]],
        "extract": [[f"{at}pages"], [f"{at}articles"]],
        "understand": [[f"{at}articles"], [f"{at}reports"]],
        "reconcile": [[f"{at}reports"], [f"{at}outbox"]],
        "check": [[f"{at}reports"], [f"{at}contacts"]],
        "alert": [[f"{at}outbox"], []],
    }


def test_history_is_rewritten_only_with_a_persons_word(told: dict[str, Any]) -> None:
    approve = told["reanalyse"]["tasks"]["approve"]
    assert approve["upstream"] == ["report"] and approve["downstream"] == ["commit"]
    assert approve["defaults"] == ["Reject"], "silence must change nothing"


def test_runbooks_name_settings_that_exist(told: dict[str, Any]) -> None:
    from pipeline.settings import Settings

    known = {f"HOTLINE_{name.upper()}" for name in Settings.model_fields}
    for name in FILES:
        assert set(re.findall(r"HOTLINE_[A-Z_]+[A-Z]", told[name]["doc"])) <= known, name
