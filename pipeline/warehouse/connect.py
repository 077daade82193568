"""Connections to the warehouse."""

from __future__ import annotations

import psycopg2
from psycopg2.extensions import connection as Connection

# The type of a connection, for rooms that hand one on and do not know psycopg2.
__all__ = ["Connection", "connect"]

APPLICATION = "hotline"


def connect(dsn: str, application: str = APPLICATION) -> Connection:
    """A connection in UTC, named in pg_stat_activity. Raises psycopg2.OperationalError if the server does not answer.

    A host that vanished is noticed within two minutes: leases depend on the server seeing a dead worker.
    """
    connection = psycopg2.connect(
        dsn,
        application_name=application,
        connect_timeout=10,
        keepalives_idle=60,
        keepalives_interval=15,
        keepalives_count=4,
    )
    try:
        with connection.cursor() as cursor:
            # An offset, not a name: it needs no time zone files on the server.
            cursor.execute("SET TIME ZONE 0; SET client_encoding TO 'UTF8'; SET statement_timeout TO DEFAULT")
        connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection
