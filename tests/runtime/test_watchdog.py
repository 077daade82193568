"""The watchdog: told once of an outage, once of its end; a real warehouse and a real SMTP server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from pipeline.alerts.maildir import MailCatcher, messages
from pipeline.cli import build_app
from pipeline.domain import StageResult
from pipeline.runtime.errors import RuntimeFault
from pipeline.runtime.stage_task import StageFailed, run_stage
from pipeline.runtime.watchdog import look, watch
from pipeline.settings import Settings
from pipeline.stages.context import StageContext
from pipeline.warehouse.runs import note_run

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
OPS = "ops@example.org"


@pytest.fixture
def settings(warehouse_dsn: str, tmp_path: Path) -> Iterator[Settings]:
    with MailCatcher(tmp_path / "inbox") as catcher:
        yield Settings(_env_file=None, home=tmp_path, warehouse_dsn=warehouse_dsn, smtp_port=catcher.port)


def inbox(settings: Settings) -> list[tuple[str, str]]:
    return [(m["Subject"], m.get_content()) for m in messages(settings.home / "inbox")]


def ran(settings: Settings, hours_ago: float, outcome: StageResult | str, stage: str = "alert") -> None:
    with StageContext.open(settings).connection() as connection:
        note_run(connection, stage, 2.0, outcome)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE core.stage_run SET started_at = started_at - d, ended_at = ended_at - d "
                "FROM make_interval(secs => %s) AS d "
                "WHERE stage_run_id = (SELECT max(stage_run_id) FROM core.stage_run)",
                (hours_ago * 3600,),
            )


WORKED = StageResult("alert", 3, 2, {"relay_refused": 1}, 0)


def test_all_is_well_after_a_run_that_worked(settings: Settings) -> None:
    ran(settings, 1, WORKED)
    state, mailed = watch(settings, 26, OPS, NOW)
    assert (state.wrong, mailed, inbox(settings)) == ("", False, [])


def test_an_outage_is_told_once_a_day_and_its_end_once(settings: Settings) -> None:
    ran(settings, 30, WORKED)
    ran(settings, 4, "Stage `poll` failed: no room\non the disk", "poll")
    told = [watch(settings, 26, OPS, NOW + timedelta(hours=h))[1] for h in (0, 1, 23, 25, 26)]
    assert told == [True, False, False, True, False]
    ran(settings, 0, WORKED)
    told = [watch(settings, 26, OPS, NOW + timedelta(hours=h))[1] for h in (27, 28)]
    assert told == [True, False]
    first, again, end = inbox(settings)
    assert first[0] == again[0] == "Hotline is silent: no run has worked for 30 hours"
    assert "poll: Stage `poll` failed: no room" in first[1] and "hotline doctor" in first[1]
    assert "Noticed first 2026-03-01 08:00 UTC." in again[1] and "Noticed first" not in first[1]
    assert end[0] == "Hotline works again"


def test_stages_before_the_last_do_not_count(settings: Settings) -> None:
    ran(settings, 0, StageResult("poll"), "poll")
    assert look(settings, 26).wrong == "no run has ever ended well"


def test_a_warehouse_that_does_not_answer_is_an_alarm(settings: Settings) -> None:
    away = settings.model_copy(update={"warehouse_dsn": SecretStr("postgresql://hotline@127.0.0.1:1/none")})
    state, mailed = watch(away, 26, OPS, NOW)
    assert (state.wrong, mailed) == ("the warehouse does not answer", True)
    assert "127.0.0.1" in inbox(settings)[0][1]


def test_a_mail_that_does_not_go_out_is_tried_again(settings: Settings) -> None:
    ran(settings, 30, WORKED)
    with pytest.raises(RuntimeFault, match="could not be sent"):
        watch(settings.model_copy(update={"smtp_port": 1}), 26, OPS, NOW)
    assert watch(settings, 26, OPS, NOW)[1]


def test_a_torn_memory_costs_a_mail_not_the_watch(settings: Settings) -> None:
    (settings.home / "watchdog.json").write_text('{"since": "20')
    ran(settings, 30, WORKED)
    assert watch(settings, 26, OPS, NOW)[1]


def test_the_command_ends_with_what_it_saw(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("home", "warehouse_dsn", "smtp_port"):
        value = getattr(settings, name)
        monkeypatch.setenv(f"HOTLINE_{name.upper()}", str(getattr(value, "get_secret_value", lambda v=value: v)()))
    command = CliRunner()
    ran(settings, 30, WORKED)
    silent = command.invoke(build_app(), ["watchdog", "--to", OPS])
    assert (silent.exit_code, "no run has worked for 30 hours" in silent.output) == (1, True)
    assert f"Mailed {OPS}." in silent.output
    ran(settings, 0, WORKED)
    assert command.invoke(build_app(), ["watchdog", "--to", OPS]).exit_code == 0
    assert command.invoke(build_app(), ["watchdog", "--to", "a@b\nBcc: c@d"]).exit_code == 2


def test_every_run_of_a_stage_is_noted_failed_ones_too(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.settings.get_settings", lambda: settings)
    run_stage("extract")
    broken = settings.model_copy(update={"alerts_file": settings.home / "none.yaml"})
    monkeypatch.setattr("pipeline.settings.get_settings", lambda: broken)
    with pytest.raises(StageFailed):
        run_stage("reconcile")
    with StageContext.open(settings).connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT stage, failure IS NULL, taken FROM core.stage_run ORDER BY stage_run_id")
        assert cursor.fetchall() == [("extract", True, 0), ("reconcile", False, 0)]
