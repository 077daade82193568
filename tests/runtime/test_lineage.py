"""Names of our tables for data lineage: those that are there, and nothing that is secret."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection

from pipeline.runtime import lineage
from pipeline.settings import ROOT, get_settings


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    get_settings.cache_clear()
    yield monkeypatch
    get_settings.cache_clear()


def test_an_asset_is_a_table_of_the_server_without_its_password(elsewhere: pytest.MonkeyPatch) -> None:
    elsewhere.setenv("HOTLINE_WAREHOUSE_DSN", "postgresql://etl:Geheim-123@db.example.org:6543/news?sslmode=require")
    assert lineage.table_of("hotline://warehouse/contacts") == ("postgres://db.example.org:6543", "news.core.contact")
    assert lineage.table_of("hotline://warehouse/nonsense") is None


def test_without_a_warehouse_it_still_has_a_name(elsewhere: pytest.MonkeyPatch) -> None:
    elsewhere.delenv("HOTLINE_WAREHOUSE_DSN", raising=False)
    assert lineage.server() == ("127.0.0.1", "hotline")


def test_all_tables_exist(warehouse: Connection) -> None:
    with warehouse.cursor() as cursor:
        for table in lineage.TABLES.values():
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (table,))
            assert cursor.fetchone() == (True,), table


def test_airflow_finds_it_by_the_packages_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    module, _, name = project["entry-points"]["apache_airflow_provider"]["provider_info"].partition(":")
    info = getattr(importlib.import_module(module), name)()
    assert info["package-name"] == project["name"]
    (uris,) = info["asset-uris"]
    path, _, function = uris["to_openlineage_converter"].rpartition(".")
    assert getattr(importlib.import_module(path), function) is lineage.to_openlineage and uris["schemes"] == ["hotline"]
