"""Faults of exports. Each says what is wrong and, as `mend`, the next step for a person."""

from __future__ import annotations

from pipeline.warehouse.errors import WarehouseFault


class ExportFault(WarehouseFault):
    """What was asked for cannot be exported."""
