"""The page of the schema: complete, up to date, and right about keys."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from psycopg2.extensions import connection as Connection

from pipeline.settings import ROOT
from pipeline.warehouse.connect import connect
from pipeline.warehouse.schema_docs import entities, read_relations, schema_page, star, uncommented

House = Any


def test_everything_has_a_comment(warehouse: Connection) -> None:
    assert uncommented(warehouse) == []


def test_what_has_no_comment_is_found(house: House) -> None:
    house.rows(
        """
        CREATE TABLE core.plain (n integer);
        CREATE FUNCTION mart.plain() RETURNS integer LANGUAGE sql RETURN 1;
        COMMENT ON COLUMN mart.topics_daily.day IS NULL;
        SELECT 1
        """
    )
    assert uncommented(house.conn) == ["core.plain", "core.plain.n", "mart.topics_daily.day", "mart.plain"]


def test_the_page_in_docs_is_up_to_date(warehouse: Connection) -> None:
    written = (ROOT / "docs" / "schema.md").read_text(encoding="utf-8")
    assert written == schema_page(warehouse), "hotline docs schema --fresh --out docs/schema.md"


def test_analysts_get_the_same_page(warehouse: Connection, analyst_dsn: str) -> None:
    with closing(connect(analyst_dsn)) as analyst:
        assert schema_page(analyst) == schema_page(warehouse)


def test_keys_nulls_and_pipes_are_told(house: House) -> None:
    house.rows(
        """
        CREATE TABLE core.parent (a integer, b text, PRIMARY KEY (a, b));
        CREATE TABLE core.child (
            parent_a integer NOT NULL, parent_b text, one bigint NOT NULL UNIQUE REFERENCES staging.item,
            FOREIGN KEY (parent_a, parent_b) REFERENCES core.parent
        );
        COMMENT ON TABLE core.child IS 'A child.';
        COMMENT ON COLUMN core.child.parent_b IS 'This | that.';
        SELECT 1
        """
    )
    page = schema_page(house.conn)
    assert "### core.child\n\nA child.\n" in page
    assert "| `parent_b` | text | or null | This \\| that. |" in page
    assert "| `parent_a` | integer | → core.parent |  |" in page
    assert "- `core.child` (parent_a, parent_b) → `core.parent`, or none\n" in page
    lines = entities(read_relations(house.conn))
    assert "    core_parent |o--o{ core_child : parent_a parent_b" in lines
    assert "    staging_item ||--o| core_child : one" in lines
    assert "    core_calendar {" not in lines


def test_the_star_follows_from_the_names(warehouse: Connection) -> None:
    assert {
        "    dim_office_term ||--o{ bridge_participant : office_term_id",
        "    dim_leader ||--o{ dim_office_term : leader_id",
        "    dim_date ||--o{ fact_contact_report : occurred_on",
    } <= set(star(read_relations(warehouse)))
