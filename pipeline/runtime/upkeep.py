"""The work behind the DAGs maintenance and backfill_archive, for `step`: each takes a StageContext."""

from __future__ import annotations

from pipeline.stages.backfill import bring_in
from pipeline.stages.maintenance import report_feeds, retire, tidy_revisits, vacuum

__all__ = ["bring_in", "report_feeds", "retire", "tidy_revisits", "vacuum"]
