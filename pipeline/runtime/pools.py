"""Airflow's pools: how many tasks of a kind may run at once, over all DAGs and workers."""

from __future__ import annotations

WEB = "hotline_web"
EXTRACT = "hotline_extract"
UNDERSTAND = "hotline_understand"
SETTLE = "hotline_settle"
MAIL = "hotline_mail"
UPKEEP = "hotline_upkeep"

# name -> slots on the first day, and what for. Slots are changed in the UI (Admin, Pools); we never set them back.
POOLS: dict[str, tuple[int, str]] = {
    WEB: (1, "Tasks that talk to feeds and sites. One: the pause between requests to a host is kept in one process."),
    EXTRACT: (4, "Pages into articles. As many as there are cores."),
    UNDERSTAND: (4, "Articles into topics and contact reports. As many as there are cores; 1 GB of memory each."),
    SETTLE: (1, "Reports into contacts. The warehouse lets one settle at a time."),
    MAIL: (1, "E-mails. One: each message is claimed, sent and noted before the next."),
    UPKEEP: (1, "Retention, vacuum, imports and rebuilds: heavy on the disk, in no hurry."),
}


def ensure_pools() -> list[str]:
    """Make the pools that are missing; returns their names. Slots that ops has changed stay as they are.

    Airflow runs no task whose pool does not exist, so this belongs to every way of bringing an installation up. Needs
    Airflow's metadata to be migrated.
    """
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        present = set(session.scalars(select(Pool.pool)))
        missing = [name for name in POOLS if name not in present]
        for name in missing:
            slots, words = POOLS[name]
            session.add(Pool(pool=name, slots=slots, description=words, include_deferred=False))
    return missing
