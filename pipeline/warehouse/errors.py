"""Faults of the warehouse. Each says what is wrong and, as `mend`, the next step for a person."""

from __future__ import annotations

from pipeline.runtime.errors import RuntimeFault


class WarehouseFault(RuntimeFault):
    """The warehouse cannot serve."""


class NotRunning(WarehouseFault):
    """The embedded server does not run."""


class ServerFault(WarehouseFault):
    """The embedded server could not be installed, started or stopped."""


class MigrationFault(WarehouseFault):
    """The schema could not be brought up to date, or is not what the code expects."""
