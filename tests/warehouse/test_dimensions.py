"""Dimensions follow the configuration, keep what facts may name, and cost nothing when nothing changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection
from pydantic import SecretStr

from pipeline.settings import Settings, get_settings
from pipeline.stages import understand
from pipeline.stages.context import StageContext
from pipeline.stages.dimensions import read_dimensions, sync_dimensions
from pipeline.understand.registry import RegistryError
from pipeline.warehouse.dimensions import CountryRow, Dimensions, LeaderRow, TermRow, TopicRow, load, loaded

House = Any

FRANCE = CountryRow("FRA", "France", "country", ("French",), ("Paris",), "Europe/Paris")
MACRON = LeaderRow("Q3052772", "Emmanuel Macron", "m", ("Emmanuel Jean-Michel Frédéric Macron",))
MINISTER = TermRow(MACRON.leader_id, "FRA", "other", "Minister", "minister", 99, date(2014, 8, 26), date(2016, 8, 30))
PRESIDENT = TermRow(MACRON.leader_id, "FRA", "leader", "President", "president", 0, date(2017, 5, 14))
TALKS = TopicRow("talks", "Talks", "Any talks.", 0.5)
WORLD = Dimensions((FRANCE,), (MACRON,), (MINISTER, PRESIDENT), (TALKS,))
NOTHING = {"core.country": 0, "core.leader": 0, "core.office_term": 0, "core.topic": 0}


def test_the_same_again_changes_nothing(warehouse: Connection) -> None:
    assert load(warehouse, WORLD, "one") == {
        "core.country": 1,
        "core.leader": 1,
        "core.office_term": 2,
        "core.topic": 1,
    }
    assert load(warehouse, WORLD, "one") == NOTHING
    assert loaded(warehouse) == "one"


def test_a_term_that_ends_is_the_same_term_and_one_that_was_a_mistake_goes(house: House) -> None:
    load(house.conn, WORLD, "one")
    before = dict(house.rows("SELECT office_class, office_term_id FROM core.office_term"))
    over = replace(PRESIDENT, valid_to=date(2027, 5, 13))
    assert load(house.conn, replace(WORLD, terms=(over,)), "two") == NOTHING | {"core.office_term": 2}
    assert house.rows("SELECT office_term_id, valid_to FROM core.office_term") == [
        (before["president"], date(2027, 5, 13))
    ]


def test_a_term_since_long_ago_is_one_term_however_often_it_is_loaded(house: House) -> None:
    crown = TermRow(MACRON.leader_id, "FRA", "leader", "King", "monarch", 0)
    for _ in range(2):
        load(house.conn, replace(WORLD, terms=(crown,)), "one")
    assert house.one("SELECT count(*) FROM core.office_term") == 1


def test_who_is_named_no_more_is_kept_and_comes_back(house: House) -> None:
    load(house.conn, WORLD, "one")
    empty = Dimensions()
    assert load(house.conn, empty, "two") == {
        "core.country": 1,
        "core.leader": 1,
        "core.office_term": 2,
        "core.topic": 1,
    }
    assert house.rows("SELECT name, listed FROM core.leader") == [("Emmanuel Macron", False)]
    load(house.conn, WORLD, "three")
    assert house.rows("SELECT name, listed FROM core.leader") == [("Emmanuel Macron", True)]


def test_the_configuration_is_loaded_once_and_again_when_a_file_changes(house: House, tmp_path: Path) -> None:
    ours = get_settings()
    leaders, topics = tmp_path / "leaders", tmp_path / "topics.yaml"
    leaders.mkdir()
    for path in ours.leaders_dir.iterdir():
        (leaders / path.name).write_bytes(path.read_bytes())
    topics.write_bytes(ours.topics_file.read_bytes())
    settings = Settings(leaders_dir=leaders, topics_file=topics)
    changed = sync_dimensions(house.conn, settings)
    assert changed["core.leader"] > 3000 and changed["core.office_term"] > 4000
    assert sync_dimensions(house.conn, settings) == {}
    topics.write_text(
        topics.read_text(encoding="utf-8").replace("threshold: 0.5", "threshold: 0.6", 1), encoding="utf-8"
    )
    assert sync_dimensions(house.conn, settings) == NOTHING | {"core.topic": 1}
    # The names by which news knows him, the office he held, and a body that is no country.
    assert house.rows(
        """
        SELECT leader, office, valid_from FROM mart.dim_office_term
        WHERE leader_id = 'Q3052772' AND role = 'leader' AND country = 'FRA'
        """
    ) == [("Emmanuel Macron", "President", date(2017, 5, 14))]
    assert house.rows("SELECT kind FROM mart.dim_country WHERE country IN ('FRA', 'NATO') ORDER BY country") == [
        ("country",),
        ("body",),
    ]
    (leaders / "terms.csv").write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(RegistryError, match=r"terms\.csv"):
        sync_dimensions(house.conn, settings)
    house.conn.rollback()


def test_whoever_reads_articles_has_the_dimensions_loaded_first(house: House, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, warehouse_dsn=SecretStr(house.dsn))
    understand.run(StageContext.open(settings))
    assert house.one("SELECT count(*) > 3000 FROM core.leader")


def test_terms_refer_to_people_and_countries_that_are_there() -> None:
    ours = get_settings()
    world = read_dimensions(ours.leaders_dir, ours.topics_file)
    assert {t.leader_id for t in world.terms} <= {p.leader_id for p in world.leaders}
    assert {t.country for t in world.terms} <= {c.country for c in world.countries}


def test_the_calendar_knows_every_day_and_iso_weeks(house: House) -> None:
    assert house.rows("SELECT count(*), min(day), max(day) FROM mart.dim_date") == [
        (13149, date(2000, 1, 1), date(2035, 12, 31))
    ]
    assert house.rows(
        "SELECT iso_year, iso_week, week_start, weekday_name, is_weekend FROM mart.dim_date WHERE day = '2022-01-02'"
    ) == [(2021, 52, date(2021, 12, 27), "Sunday", True)]
