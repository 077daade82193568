"""Which table each of our assets stands for, in the names of OpenLineage, so that its readers can join them to others'.

Airflow finds this by the package's entry point `apache_airflow_provider`; it is only called where
apache-airflow-providers-openlineage is installed and told where to send events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from airflow.providers.common.compat.openlineage.facet import Dataset
    from airflow.sdk import Asset

SCHEME = "hotline"
TABLES = {
    "items": "staging.item",
    "pages": "staging.page",
    "articles": "core.article",
    "reports": "core.contact_report",
    "contacts": "core.contact",
    "outbox": "core.outbox",
}


def provider_info() -> dict[str, Any]:
    """What Airflow's provider manager wants to know of us: who translates assets of our scheme."""
    return {
        "package-name": "hotline",
        "name": "Hotline",
        "description": "Names of the warehouse's tables for data lineage.",
        "asset-uris": [
            {
                "schemes": [SCHEME],
                "handler": None,
                "to_openlineage_converter": "pipeline.runtime.lineage.to_openlineage",
            }
        ],
    }


def to_openlineage(asset: Asset, lineage_context: object) -> Dataset | None:
    """Airflow's converter: the table behind one of our assets, None for an address that is none of ours."""
    from airflow.providers.common.compat.openlineage.facet import Dataset

    names = table_of(asset.uri)
    return Dataset(namespace=names[0], name=names[1]) if names else None


def table_of(uri: str) -> tuple[str, str] | None:
    """(`postgres://host:port`, `database.schema.table`), by OpenLineage's naming, of `hotline://warehouse/...`."""
    name = urlsplit(uri).path.strip("/")
    if name not in TABLES:
        return None
    host, database = server()
    return f"postgres://{host}", f"{database}.{TABLES[name]}"


def server() -> tuple[str, str]:
    """("host:port", database) of the warehouse: never the user or the password."""
    from pipeline.settings import get_settings
    from pipeline.warehouse.embedded import EmbeddedPostgres
    from pipeline.warehouse.errors import NotRunning

    settings = get_settings()
    try:
        dsn = (
            settings.warehouse_dsn.get_secret_value() if settings.warehouse_dsn else EmbeddedPostgres(settings.home).dsn
        )
    except NotRunning:
        return "127.0.0.1", "hotline"
    parts = urlsplit(dsn)
    try:
        port = parts.port or 5432
    except ValueError:
        port = 5432
    return f"{parts.hostname or 'localhost'}:{port}", parts.path.strip("/") or "hotline"
