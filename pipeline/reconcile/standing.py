"""What became of a contact, when its reports tell a history: proposed, planned, held, called off, denied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pipeline.domain import Status, StoredReport
from pipeline.reconcile.voices import voices

# Of reports this close to the newest, the gravest counts, not the one that a slow outlet printed last.
LAST_WORD = timedelta(hours=24)
_GRAVITY = (Status.PROPOSED, Status.PLANNED, Status.CANCELLED, Status.DENIED)


def standing(reports: Sequence[StoredReport]) -> Status:
    """The status that the evidence supports.

    - Told as happened: it happened, whatever was planned, called off or denied before.
    - But where a denial of that day, uttered after the first such news, weighs as much as the news (by families and
      confidence), it is denied; a cancellation must weigh more.
    - Never told as happened: the last word counts; within a day of it the gravest.
    """
    happened = [r for r in reports if r.report.status.happened]
    if not happened:
        newest = max(_moment(r) for r in reports)
        late = [r.report.status for r in reports if newest - _moment(r) <= LAST_WORD]
        return max(late, key=_GRAVITY.index)
    told = min(_moment(r) for r in happened)
    speakers = voices(reports)
    claim = _weight(happened, speakers)
    for status, margin in ((Status.DENIED, 0.0), (Status.CANCELLED, 0.01)):
        against = [r for r in reports if r.report.status is status and _moment(r) > told]
        if against and _weight(against, speakers) >= claim + margin:
            return status
    # The last word on whether it is over: "ongoing" only while nobody says that it ended.
    return Status.OCCURRED if any(r.report.status is Status.OCCURRED for r in happened) else Status.ONGOING


def _weight(reports: Sequence[StoredReport], speakers: Mapping[int, str]) -> float:
    best: dict[str, float] = defaultdict(float)
    for stored in reports:
        speaker = speakers[stored.report_id]
        best[speaker] = max(best[speaker], stored.report.confidence)
    return sum(best.values())


def _moment(stored: StoredReport) -> datetime:
    return stored.published or datetime.min.replace(tzinfo=UTC)
