"""The page "Leader contacts" inside Airflow's UI, behind Airflow's login. What it shows is made in the run time."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
from airflow.api_fastapi.core_api.security import get_user
from airflow.plugins_manager import AirflowPlugin
from fastapi import Depends, FastAPI, HTTPException

from pipeline.dashboard.app import build_app
from pipeline.runtime import feedback_page
from pipeline.runtime.metrics import add_metrics

PREFIX = "/leader-contacts"


def operator(user: Annotated[BaseUser, Depends(get_user)]) -> str:
    """The name of a user who may run `news_monitor`: only they may change something from the page."""
    if not get_auth_manager().is_authorized_dag(method="PUT", details=DagDetails(id="news_monitor"), user=user):
        raise HTTPException(403, "Only who may edit the DAG news_monitor may do this.")
    return user.get_name()


def public_app() -> FastAPI:
    """What is reached without Airflow's pages: the links of mails, and the metrics."""
    app = feedback_page.build_app()
    add_metrics(app, [Depends(get_user)])
    return app


class LeaderContactsPlugin(AirflowPlugin):
    """Mounts the page and puts it into the navigation."""

    name = "leader_contacts"
    # Airflow serves plugin apps to anybody; this dependency answers 401 to who is not logged in.
    fastapi_apps: ClassVar[list[Any]] = [
        {
            "app": build_app(dependencies=[Depends(get_user)], actor=operator),
            "url_prefix": PREFIX,
            "name": "Leader contacts",
        },
        # The links of mails work without a login: each is signed, and says one thing of one contact.
        # Metrics ask for HOTLINE_METRICS_TOKEN, or, where none is set, for the login.
        {"app": public_app(), "url_prefix": "/hotline", "name": "Feedback"},
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
