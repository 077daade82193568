"""`python -m pipeline.runtime.initialise`: what a container set-up does once before its services start.

Migrates the warehouse (HOTLINE_WAREHOUSE_DSN) and Airflow's metadata, makes Airflow's pools where they are missing, and
sets the UI's password (HOTLINE_UI_PASSWORD).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from pipeline.runtime.airflow_env import ADMIN
from pipeline.runtime.dagrun import airflow
from pipeline.runtime.pools import ensure_pools
from pipeline.runtime.private import write_private
from pipeline.settings import get_settings
from pipeline.warehouse.migrate import migrate


def main() -> int:
    """Exit status 1 and a sentence when a setting is missing."""
    settings = get_settings()
    password = os.environ.get("HOTLINE_UI_PASSWORD")
    file = os.environ.get("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE")
    if settings.warehouse_dsn is None or not password or not file:
        print(
            "Set HOTLINE_WAREHOUSE_DSN, HOTLINE_UI_PASSWORD and AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE.",
            file=sys.stderr,
        )
        return 1
    for name in migrate(settings.warehouse_dsn.get_secret_value()):
        print(f"warehouse: applied {name}", flush=True)
    write_private(Path(file), json.dumps({ADMIN: password}))
    status = airflow("db", "migrate")
    if status == 0:
        for name in ensure_pools():
            print(f"airflow: made pool {name}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
