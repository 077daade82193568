"""ops/: files of other programs that name metrics, commands and settings of ours, which must exist."""

from __future__ import annotations

import configparser
import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pipeline.cli import build_app
from pipeline.runtime.metrics import NAMES
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent.parent
DASHBOARD = json.loads((ROOT / "ops" / "grafana" / "hotline.json").read_text(encoding="utf-8"))
SETTINGS = {f"HOTLINE_{name.upper()}" for name in Settings.model_fields}


def test_every_query_of_the_dashboard_asks_for_a_metric_that_exists_and_none_is_left_out() -> None:
    asked: set[str] = set()
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            names = set(re.findall(r"hotline_[a-z_]+", target["expr"]))
            assert names and names <= NAMES, target["expr"]
            asked |= names
    assert asked == NAMES


def test_panels_do_not_lie_upon_each_other() -> None:
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in DASHBOARD["panels"]]
    assert len(set(places)) == len(places) and all(x + 8 <= 24 for x, _ in places)


@pytest.mark.parametrize("path", sorted((ROOT / "ops" / "systemd").glob("*.service")), ids=lambda p: p.name)
def test_units_run_commands_that_exist(path: Path) -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(path)
    (command,) = re.findall(r"bin/hotline ([a-z]+)", unit["Service"]["ExecStart"])
    assert CliRunner().invoke(build_app(), [command, "--help"]).exit_code == 0
    assert unit["Service"]["User"] == "hotline" and unit["Service"]["NoNewPrivileges"] == "true"
    assert set(re.findall(r"HOTLINE_[A-Z_]+[A-Z]", path.read_text())) <= SETTINGS


def test_helm_values_name_settings_that_exist_and_hold_no_secret() -> None:
    values = yaml.safe_load((ROOT / "ops" / "helm" / "values.yaml").read_text(encoding="utf-8"))
    given = {entry["name"] for entry in values["env"]}
    secret = {entry["envName"] for entry in values["secret"]}
    assert given | secret <= SETTINGS
    kinds = {name: str(field.annotation) for name, field in Settings.model_fields.items()}
    assert not [name for name in given if "SecretStr" in kinds[name.removeprefix("HOTLINE_").lower()]]
    assert values["securityContexts"]["pod"]["runAsNonRoot"] is True


def test_containers_can_write_to_their_volume_and_tmp_alone() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    ours = [service for service in compose["services"].values() if service["image"] == "hotline:local"]
    assert len(ours) >= 5
    for service in ours:
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"] and service["tmpfs"] == ["/tmp"]
        writable = [volume for volume in service["volumes"] if not volume.endswith(":ro")]
        assert writable == ["home:/opt/hotline/.hotline"]
