"""Words that weigh in on what became of a contact."""

import pytest

from pipeline.domain import Status
from pipeline.understand.tense import weigh

EVEN = dict.fromkeys(Status, 1 / len(Status))


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("A pulled out of a meeting with B.", Status.CANCELLED),
        ("The call of A and B was called off.", Status.CANCELLED),
        ("A postponed his visit to B.", Status.CANCELLED),
        ("A said he has not spoken to B.", Status.DENIED),
        ("A denied that he had met B.", Status.DENIED),
        ("A's office dismissed rumours of a call with B.", Status.DENIED),
        ("Aides poured cold water on reports that A and B are in touch.", Status.DENIED),
        ("A did not talk to B, his office said.", Status.DENIED),
        ("A met B.", Status.OCCURRED),
        ("[unused1] lands in Oslo as [unused2] waits.", Status.OCCURRED),
        ("[unused1] leaves talks with [unused2] empty-handed.", Status.OCCURRED),
        ("[unused1] paid a surprise visit to [unused2].", Status.OCCURRED),
        ("Minister to travel after [unused1] and [unused2]'s meeting", Status.OCCURRED),
        ("A had been due to host B.", Status.CANCELLED),
        ("A and B held two hours of talks.", Status.OCCURRED),
        ("A speaks to the press after meeting with B.", Status.OCCURRED),
        ("A and B agreed on a pipeline at a summit by the sea.", Status.OCCURRED),
    ],
)
def test_words_that_tell(sentence: str, status: Status) -> None:
    weighed = weigh(EVEN, sentence)
    assert max(weighed, key=lambda s: weighed[s]) is status
    assert sum(weighed.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("sentence", ["A and B on the phone.", "A is to meet B.", "A skipped breakfast.", ""])
def test_words_that_do_not(sentence: str) -> None:
    assert weigh(EVEN, sentence) == pytest.approx(EVEN)


def test_a_sure_model_is_not_overruled() -> None:
    sure = {s: 0.97 if s is Status.PLANNED else 0.006 for s in Status}
    weighed = weigh(sure, "A, who met B last year, will see him again.")
    assert max(weighed, key=lambda s: weighed[s]) is Status.PLANNED
