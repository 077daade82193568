"""What readers object to by the links in a mail stands in the review queue until somebody has decided."""

from __future__ import annotations

from datetime import UTC, datetime

from psycopg2.extensions import connection as Connection

from pipeline.stages.rebuild import resettle
from pipeline.warehouse import doubts, review
from pipeline.warehouse.feedback import record_feedback

FIRST, SECOND = (f"00000000-0000-0000-0000-{n:012d}" for n in (1, 2))
NOW = datetime(2022, 2, 14, tzinfo=UTC)


def object_to(conn: Connection, reader: str, verdict: str, comment: str) -> None:
    record_feedback(conn, contact_id=FIRST, rule="all", reader=reader, verdict=verdict, comment=comment)


def test_an_objection_is_queued_first_until_confirmed_and_again_when_renewed(filled: Connection) -> None:
    assert FIRST not in [row.contact_id for row in doubts.queue(filled)]
    object_to(filled, "reader-1", "right", "")
    object_to(filled, "reader-2", "wrong", "it was a video call")
    filled.commit()
    first = doubts.queue(filled, kind="feedback")[0]
    assert (first.contact_id, first.doubt) == (FIRST, 1.0)
    assert first.why.startswith("readers say: wrong (it was a video call)")
    review.confirm(filled, FIRST, by="olga", now=NOW, settle=resettle)
    filled.commit()
    assert doubts.queue(filled, kind="feedback") == []
    object_to(filled, "reader-3", "duplicate", "")
    filled.commit()
    assert "duplicate" in doubts.queue(filled, kind="feedback")[0].why


def test_an_objection_follows_a_merger(filled: Connection) -> None:
    object_to(filled, "reader-1", "duplicate", "")
    filled.commit()
    review.merge(filled, FIRST, SECOND, by="olga", now=NOW, settle=resettle)
    filled.commit()
    object_to(filled, "reader-2", "wrong", "")
    filled.commit()
    (row,) = doubts.queue(filled, kind="feedback")
    assert row.contact_id == review.living_contact(filled, FIRST)
