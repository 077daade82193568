"""Words that weigh in on what became of a contact."""

import pytest

from pipeline.domain import Status
from pipeline.understand.candidates import FIRST, SECOND
from pipeline.understand.tense import weigh, weigh_contact

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


@pytest.mark.parametrize("sentence", ["A welcomed B's offer.", "A met B's envoy.", "A's aide and B spoke."])
def test_whoever_only_owns_something_met_nobody(sentence: str) -> None:
    marked = sentence.replace("A", FIRST, 1).replace("B", SECOND)
    assert weigh_contact(0.7, marked) < 0.35


@pytest.mark.parametrize(
    "sentence", ["A met B.", "A met B at B's palace.", "A's call with B was short.", "A came to B's residence."]
)
def test_owners_who_are_met_all_the_same(sentence: str) -> None:
    assert weigh_contact(0.7, sentence.replace("A", FIRST, 1).replace("B", SECOND)) == 0.7
