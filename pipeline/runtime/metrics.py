"""Metrics in Prometheus' text format, read from the warehouse when asked: no counter is lost with a process."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from pipeline.runtime.errors import RuntimeFault
from pipeline.settings import Settings, get_settings
from pipeline.stages.context import StageContext
from pipeline.warehouse.gauges import GAUGES, readings
from pipeline.warehouse.page import reading

UP = "hotline_warehouse_up"
BUILD = "hotline_build_info"
# Every name that an exposition may hold: dashboards and alarms are checked against it.
NAMES = frozenset({UP, BUILD, *(gauge.name for gauge in GAUGES)})


class WarehouseCollector(Collector):
    """Reads all gauges of one warehouse; where it does not answer, says so in a gauge and nothing else."""

    def __init__(self, dsn: Callable[[], str]) -> None:
        self._dsn = dsn
        self.fault: Exception | None = None

    def collect(self) -> Iterable[Metric]:
        build = GaugeMetricFamily(BUILD, "1 for the version of Hotline.", labels=("version",))
        build.add_metric((version("hotline"),), 1)
        found: list[Metric] = [build]
        try:
            with reading(self._dsn()) as connection:
                for gauge, numbers in readings(connection):
                    family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
                    for labels, number in numbers:
                        family.add_metric(labels, number)
                    found.append(family)
        except Exception as fault:  # whatever a driver says: an alarm hangs on the gauge, and the CLI tells the words
            self.fault, found = fault, [build]
        up = GaugeMetricFamily(UP, "1 if the warehouse answered.")
        up.add_metric((), self.fault is None)
        return [*found, up]


def exposition(dsn: Callable[[], str]) -> tuple[bytes, Exception | None]:
    """The metrics as text, and the fault if the warehouse did not answer."""
    collector = WarehouseCollector(dsn)
    registry = CollectorRegistry(auto_describe=False)
    # Registering asks for the names already; `describe` spares that question to the warehouse.
    collector.describe = lambda: []  # type: ignore[attr-defined]
    registry.register(collector)
    return generate_latest(registry), collector.fault


def warehouse_dsn(settings: Settings) -> str:
    """The warehouse that the settings name. Raises NotRunning."""
    return StageContext.open(settings).dsn


def add_metrics(app: FastAPI, login: Sequence[Any]) -> None:
    """Serve the metrics at /metrics of `app`: to who has HOTLINE_METRICS_TOKEN, or, if none is set, passes `login`."""
    guards = [Depends(has_token)] if _token() else list(login)
    if not guards:
        raise RuntimeFault("The metrics would be open to anybody.", "Give a login, or set HOTLINE_METRICS_TOKEN.")

    @app.get("/metrics", dependencies=guards)
    def metrics() -> Response:
        text, _ = exposition(lambda: warehouse_dsn(get_settings()))
        return Response(text, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def has_token(request: Request) -> None:
    """Answers 401 to who does not send `Authorization: Bearer` with the token of the settings."""
    token = _token()
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    # Compared in constant time: the answer must not tell how much of a guess was right.
    if not token or scheme.lower() != "bearer" or not secrets.compare_digest(sent.strip().encode(), token.encode()):
        raise HTTPException(401, "Send the token of HOTLINE_METRICS_TOKEN.", {"WWW-Authenticate": "Bearer"})


def _token() -> str:
    """The token of the settings; one that is empty, as container files leave it, is none."""
    token = get_settings().metrics_token
    return token.get_secret_value().strip() if token is not None else ""
