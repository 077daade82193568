"""Extracted articles -> topics and contact reports."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from structlog.contextvars import bound_contextvars

from pipeline.domain import Analysis, Article, Stage, StageResult
from pipeline.settings import Settings
from pipeline.stages.context import StageContext
from pipeline.stages.dimensions import sync_dimensions
from pipeline.stages.drain import drain
from pipeline.warehouse.analyses import save_analysis
from pipeline.warehouse.articles import load_article
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.queue import QueueItem, advance

if TYPE_CHECKING:
    from pipeline.understand.analyse import Analyser

Analyse = Callable[[Article], Analysis]


def run(context: StageContext, limit: int | None = None) -> StageResult:
    """Analyse what was extracted, oldest first. The models are loaded when the first article comes, once a process.

    The leaders and topics by which it is read are put into the warehouse too, when their files changed.
    """
    with context.connection() as connection:
        sync_dimensions(connection, context.settings)
    return run_with(analyser_of(context.settings), context, limit)


def run_with(analyse: Analyse, context: StageContext, limit: int | None = None) -> StageResult:
    """The stage with an analysis of the caller's choice."""

    def work(connection: Connection, item: QueueItem) -> None:
        article_id, article = load_article(connection, item.item_id)
        with bound_contextvars(article_id=article_id):
            save_analysis(connection, article_id, analyse(article))
        advance(connection, item.item_id, Stage.UNDERSTOOD)

    return drain(context, "understand", Stage.EXTRACTED, limit, work)


def analyser_of(settings: Settings) -> Analyse:
    """The analysis that the settings name. The models are loaded when the first article comes."""
    return lambda article: _analyser(settings).analyse(article)


def _analyser(settings: Settings) -> Analyser:
    return _load(
        settings.leaders_dir,
        settings.topics_file,
        settings.models_dir,
        settings.threads,
        settings.own_topics_dir,
        settings.topic_model,
        settings.hub_device,
    )


@lru_cache(maxsize=1)
def _load(
    leaders_dir: Path,
    topics_file: Path,
    models_dir: Path,
    threads: int,
    own_topics_dir: Path,
    topic_model: str | None,
    hub_device: str,
) -> Analyser:
    from pipeline.understand.analyse import Analyser

    return Analyser.load(leaders_dir, topics_file, models_dir, threads, own_topics_dir, topic_model, hub_device)
