"""What the warehouse tells a monitoring system of itself: one query a gauge, each cheap enough for every minute.

Nothing here reads a big table as a whole: queues, refusals and mails have indexes of their own, sizes are PostgreSQL's
estimates, and what grows for ever is looked at over one day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg2.extensions import connection as Connection


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number, or one for each combination of `labels`; `query` returns the labels' values and then the number."""

    name: str
    help: str
    labels: tuple[str, ...]
    query: str


QUEUES = """
    (VALUES ('fetch', 'discovered'), ('extract', 'fetched'), ('understand', 'extracted'), ('reconcile', 'understood'))
"""
LATEST_RUN = """
    SELECT DISTINCT ON (stage) stage, taken, done, refused, failure,
           extract(epoch FROM ended_at - started_at) AS seconds
    FROM core.stage_run ORDER BY stage, ended_at DESC
"""

GAUGES: tuple[Gauge, ...] = (
    Gauge(
        "hotline_queue_items",
        "Items that wait for a stage.",
        ("stage",),
        f"""
        SELECT q.name, (SELECT count(*) FROM staging.item WHERE item.stage = q.stage::core.stage
                        AND item.stage NOT IN ('reconciled', 'refused'))
        FROM {QUEUES} AS q (name, stage)
        """,
    ),
    Gauge(
        "hotline_queue_lag_seconds",
        "How long the oldest item has waited for a stage; 0 if none waits.",
        ("stage",),
        f"""
        SELECT q.name, coalesce((SELECT extract(epoch FROM now() - min(stage_at)) FROM staging.item
                                 WHERE item.stage = q.stage::core.stage
                                   AND item.stage NOT IN ('reconciled', 'refused')), 0)
        FROM {QUEUES} AS q (name, stage)
        """,
    ),
    Gauge(
        "hotline_items_refused_last_day",
        "Items refused within the last 24 hours, by reason.",
        ("reason",),
        """
        SELECT reason::text, count(*) FROM staging.item
        WHERE stage = 'refused' AND stage_at > now() - interval '1 day' GROUP BY 1
        """,
    ),
    Gauge(
        "hotline_items_last_day",
        "Items that runs of a stage took up, passed on and refused within the last 24 hours.",
        ("stage", "outcome"),
        """
        SELECT stage, outcome, sum(items)
        FROM core.stage_run
        CROSS JOIN LATERAL (VALUES ('taken', taken), ('done', done), ('refused', refused)) AS o (outcome, items)
        WHERE ended_at > now() - interval '1 day' GROUP BY 1, 2
        """,
    ),
    Gauge(
        "hotline_feeds",
        "Feeds by health, as in mart.feed_health.",
        ("health",),
        "SELECT health, count(*) FROM mart.feed_health GROUP BY 1",
    ),
    Gauge(
        "hotline_feed_failed_polls",
        "Failed polls in a row of feeds whose last poll failed.",
        ("feed",),
        "SELECT feed_id, failed_in_row FROM staging.feed WHERE active AND failed_in_row > 0",
    ),
    Gauge(
        "hotline_outbox_messages",
        "Messages by state: waiting, sent, failed for good.",
        ("state",),
        """
        SELECT s.state, (SELECT count(*) FROM core.outbox WHERE outbox.state = s.state)
        FROM (VALUES ('waiting'), ('sent'), ('failed')) AS s (state)
        """,
    ),
    Gauge(
        "hotline_outbox_lag_seconds",
        "How long the oldest message that is due has waited; 0 if none is due.",
        (),
        """
        SELECT coalesce(extract(epoch FROM now() - min(enqueued_at)), 0) FROM core.outbox
        WHERE state = 'waiting' AND next_attempt_at <= now()
        """,
    ),
    Gauge(
        "hotline_contacts",
        "Contacts by status.",
        ("status",),
        "SELECT status::text, count(*) FROM core.contact WHERE state = 'active' GROUP BY 1",
    ),
    Gauge(
        "hotline_rows",
        "Rows of the main tables, as PostgreSQL estimates them.",
        ("table",),
        """
        SELECT nspname || '.' || relname, greatest(reltuples, 0)
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname || '.' || relname IN ('staging.item', 'staging.page', 'staging.feed_poll', 'core.article',
              'core.analysis', 'core.contact_report', 'core.contact', 'core.outbox')
        """,
    ),
    Gauge(
        "hotline_warehouse_bytes",
        "Size of the warehouse's database on disk.",
        (),
        "SELECT pg_database_size(current_database())",
    ),
    Gauge(
        "hotline_model_info",
        "1 for the version of models and rules that made the latest reading.",
        ("version",),
        "SELECT version, 1 FROM (SELECT version FROM core.analysis ORDER BY analysis_id DESC LIMIT 1) AS latest",
    ),
    Gauge(
        "hotline_stage_success_age_seconds",
        "Time since a stage, or other task, last worked.",
        ("stage",),
        """
        SELECT stage, extract(epoch FROM now() - max(ended_at)) FROM core.stage_run WHERE failure IS NULL GROUP BY 1
        """,
    ),
    Gauge(
        "hotline_stage_failed",
        "1 if the last run of a stage, or other task, failed.",
        ("stage",),
        f"SELECT stage, (failure IS NOT NULL)::integer FROM ({LATEST_RUN}) AS latest",
    ),
    Gauge(
        "hotline_stage_seconds",
        "How long the last run of a stage, or other task, took.",
        ("stage",),
        f"SELECT stage, seconds FROM ({LATEST_RUN}) AS latest",
    ),
    Gauge(
        "hotline_stage_items",
        "Items that the last run of a stage took up, passed on and refused.",
        ("stage", "outcome"),
        f"""
        SELECT stage, outcome, items FROM ({LATEST_RUN}) AS latest
        CROSS JOIN LATERAL (VALUES ('taken', taken), ('done', done), ('refused', refused)) AS o (outcome, items)
        """,
    ),
    Gauge(
        "hotline_revisits_late",
        "Pages that should have been looked at again a day ago.",
        (),
        "SELECT count(*) FROM staging.revisit WHERE due_at < now() - interval '1 day'",
    ),
    Gauge(
        "hotline_quality_findings",
        "Rows that each check of the data found when it was last made.",
        ("check", "severity"),
        "SELECT check_name, severity, found FROM mart.data_quality WHERE state <> 'unknown'",
    ),
)


def readings(conn: Connection) -> Iterator[tuple[Gauge, list[tuple[tuple[str, ...], float]]]]:
    """Each gauge with its numbers, by the values of its labels."""
    with conn.cursor() as cursor:
        for gauge in GAUGES:
            cursor.execute(gauge.query)
            yield gauge, [(tuple(map(str, row[:-1])), float(row[-1])) for row in cursor.fetchall()]
