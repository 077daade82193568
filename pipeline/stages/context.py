"""What every stage is handed: the settings, the clock, and connections to the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from pipeline.settings import Settings
from pipeline.warehouse.connect import Connection, connect
from pipeline.warehouse.embedded import EmbeddedPostgres


@dataclass(frozen=True, slots=True)
class StageContext:
    """Handed to a stage's `run`. `dsn` is the warehouse as the pipeline's role."""

    settings: Settings
    dsn: str

    @classmethod
    def open(cls, settings: Settings) -> StageContext:
        """The configured warehouse, or the embedded one. Raises NotRunning, which says how to start that."""
        if settings.warehouse_dsn is not None:
            return cls(settings, settings.warehouse_dsn.get_secret_value())
        return cls(settings, EmbeddedPostgres(settings.home).dsn)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection of its own: committed at the end, rolled back on any exception, and closed.

        Commit in between as you like; leases taken on it hold until it closes.
        """
        connection = connect(self.dsn)
        try:
            yield connection
            connection.commit()
        except BaseException:
            # The server may be gone; what counts is the first exception.
            if not connection.closed:
                connection.rollback()
            raise
        finally:
            connection.close()

    def now(self) -> datetime:
        """The installation's clock: fixed in a replay."""
        return self.settings.now()
