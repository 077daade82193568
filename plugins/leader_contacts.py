"""The page "Leader contacts" inside Airflow's UI, behind Airflow's login. What it shows is made in the run time."""

from __future__ import annotations

from typing import Any, ClassVar

from airflow.api_fastapi.core_api.security import get_user
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends

from pipeline.dashboard.app import build_app

PREFIX = "/leader-contacts"


class LeaderContactsPlugin(AirflowPlugin):
    """Mounts the page and puts it into the navigation."""

    name = "leader_contacts"
    # Airflow serves plugin apps to anybody; this dependency answers 401 to who is not logged in.
    fastapi_apps: ClassVar[list[Any]] = [
        {"app": build_app(dependencies=[Depends(get_user)]), "url_prefix": PREFIX, "name": "Leader contacts"}
    ]
    external_views: ClassVar[list[Any]] = [
        {
            "name": "Leader contacts",
            "href": f"{PREFIX}/",
            "destination": "nav",
            "url_route": "leader-contacts",
            "nav_top_level": True,
        }
    ]
