"""All of Airflow's configuration, in one place, as environment variables.

The airflow.cfg that Airflow leaves in its home holds its own defaults; the environment goes before it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from pipeline.runtime.private import kept_tokens
from pipeline.settings import ROOT, Settings

ADMIN = "admin"


def airflow_home(settings: Settings) -> Path:
    """Where Airflow keeps its own files."""
    return settings.home.resolve() / "airflow"


def airflow_env(settings: Settings, dsn: str) -> dict[str, str]:
    """Airflow's settings for this installation; `dsn` is the libpq URI of its metadata database."""
    home = airflow_home(settings)
    home.mkdir(parents=True, exist_ok=True)
    tokens = kept_tokens(home / "secrets.json", ("jwt", "api"))
    fernet = kept_tokens(home / "fernet.json", ("key",))["key"]
    base_url = f"http://127.0.0.1:{settings.ui_port}"
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        # A clone that was just set up should work by itself: its one schedule is its purpose.
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__FERNET_KEY": _fernet_key(fernet),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file(settings)),
        # Another port than Airflow's own default needs all three, or every task fails.
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(settings.ui_port),
        "AIRFLOW__API__BASE_URL": base_url,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{base_url}/execution/",
        "AIRFLOW__API__INSTANCE_NAME": "Hotline",
        "AIRFLOW__API__SECRET_KEY": tokens["api"],
        "AIRFLOW__API_AUTH__JWT_SECRET": tokens["jwt"],
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": sqlalchemy_url(dsn),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(home / "logs" / "dag_processor"),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "AIRFLOW__LOGGING__JSON_LOGS": str(settings.log_format == "json"),
        # A task whose process was killed is seen and retried within a minute, not five.
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "SCARF_ANALYTICS": "false",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": _with_loopback(os.environ.get("NO_PROXY") or os.environ.get("no_proxy", "")),
    }


def process_env(settings: Settings, dsn: str, hotline: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of our Airflow processes: the caller's without its own Airflow, then ours.

    `hotline` are the HOTLINE_ variables that a run sets for its stages.
    """
    inherited = {name: value for name, value in os.environ.items() if not _foreign(name)}
    return {
        **inherited,
        "PYTHONUNBUFFERED": "1",
        "HOTLINE_HOME": str(settings.home.resolve()),
        **airflow_env(settings, dsn),
        **hotline,
    }


def login(settings: Settings) -> tuple[str, str]:
    """User and password of the UI. The password is made once; its file is Airflow's own format, mode 0600."""
    return ADMIN, kept_tokens(password_file(settings), (ADMIN,), size=12)[ADMIN]


def password_file(settings: Settings) -> Path:
    """Where the UI's password is kept."""
    return airflow_home(settings) / "passwords.json"


def sqlalchemy_url(dsn: str) -> str:
    """A libpq URI as SQLAlchemy takes it."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql+psycopg2://", dsn)


def _foreign(name: str) -> bool:
    """Variables that would point our processes at another Airflow, interpreter or environment."""
    return name == "AIRFLOW_HOME" or name.startswith(("AIRFLOW_", "PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX"))


def _with_loopback(hosts: str) -> str:
    """`hosts` and loopback: tasks talk to the API server and the newswire, never by way of a proxy."""
    return ",".join(dict.fromkeys([*filter(None, hosts.split(",")), "127.0.0.1", "localhost"]))


def _fernet_key(token: str) -> str:
    """A Fernet key (32 bytes, base64) from our token, which is 32 bytes without the padding."""
    return token + "=" * (-len(token) % 4)
