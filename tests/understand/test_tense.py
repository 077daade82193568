"""Words that weigh in on what became of a contact."""

from datetime import date

import pytest

from pipeline.domain import Status
from pipeline.understand.tense import comes, weigh

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
        ("The trip was pushed back to spring after A fell ill.", Status.CANCELLED),
        ("Hours later it was scrapped.", Status.CANCELLED),
        ("The dinner never took place.", Status.CANCELLED),
        ("At the last minute A called the whole visit off.", Status.CANCELLED),
        ("A was to have met B at the border.", Status.CANCELLED),
        ("A, B and others were to have met on Monday.", Status.CANCELLED),
        ("The on-off dinner of A and B is still on for Friday.", Status.PLANNED),
        ("The lunch of A and B was brought forward to noon.", Status.PLANNED),
        ("A tried three times to reach B, who would not take his call.", Status.DENIED),
        ("A dinner of A with B, long planned for the last evening of the conference, was dropped.", Status.CANCELLED),
        ("A waited in vain for B at the airport.", Status.CANCELLED),
        ("B failed to turn up for a lunch with A.", Status.CANCELLED),
        ("A will not be able to attend, he told B.", Status.CANCELLED),
        ("The palace denied late on Friday that A had ever talked with B.", Status.DENIED),
        ("[unused1] is in Rome to see [unused2].", Status.ONGOING),
        ("[unused1] has flown to New Delhi for talks with [unused2].", Status.ONGOING),
        ("[unused1], on a tour of the Gulf, is in Doha to meet the emir, [unused2].", Status.ONGOING),
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


@pytest.mark.parametrize(
    ("sentence", "ahead"),
    [
        ("A lands in Ankara on Sunday for talks with B.", True),
        ("B hosts A tomorrow.", True),
        ("A flies to Lima next week to see B.", True),
        ("A lands in Ankara on Saturday for talks with B.", False),  # today
        ("A, who met C in May, said that B arrives on Sunday.", False),  # told in the past tense
        ("A meets B as storms lash the coast.", False),
        ("A calls off the trip on which he meets B next week.", False),
    ],
)
def test_the_present_tense_of_another_day_is_a_plan(sentence: str, *, ahead: bool) -> None:
    assert comes(sentence, date(2022, 2, 12)) is ahead
    weighed = weigh(EVEN, sentence, date(2022, 2, 12))
    assert (max(weighed, key=lambda s: weighed[s]) is Status.PLANNED) is ahead
