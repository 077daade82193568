"""Which articles print one text: what makes wire families."""

from __future__ import annotations

from pipeline.ingest.nearness import SAME_TEXT, bands, resemblance, shingles
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.wires import join_family, save_print


def recognise(connection: Connection, article_id: int, text: str) -> None:
    """Find the articles that print the same text, and make them one wire family."""
    mine = shingles(text)
    near = save_print(connection, article_id, bands(mine))
    copies = [one.article_id for one in near if resemblance(mine, shingles(one.text)) >= SAME_TEXT]
    if copies:
        join_family(connection, article_id, copies)
