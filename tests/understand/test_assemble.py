"""From judged pairs to contacts: the judgements are given here, so that every rule around the model shows alone."""

from datetime import date

import pytest

from pipeline.domain import Article, ContactReport, Mode, Status, Topic
from pipeline.understand.assemble import Assembler
from pipeline.understand.contact_model import Judgement
from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.reading import Reading, read

SATURDAY = date(2022, 2, 12)
MACRON, PUTIN, SCHOLZ, BIDEN = "Emmanuel Macron", "Vladimir Putin", "Olaf Scholz", "Joe Biden"


@pytest.fixture(scope="module")
def assembler(gazetteer: Gazetteer) -> Assembler:
    return Assembler(gazetteer)


class Verdict:
    """What the model is made to say of the sentences with `words`, for pairs within `people` (None: every pair)."""

    def __init__(
        self, words: str, mode: Mode, status: Status = Status.OCCURRED, people: tuple[str, ...] | None = None,
        contact: float = 0.97, historical: float = 0.02, alone: bool = False,
    ) -> None:  # fmt: skip
        self.words, self.mode, self.status, self.people = words, mode, status, people
        self.contact, self.historical, self.alone = contact, historical, alone

    def judgement(self) -> Judgement:
        status = {s: 0.95 if s is self.status else 0.01 for s in Status}
        mode = {m: 0.94 if m is self.mode else 0.01 for m in Mode}
        return Judgement(self.contact, self.historical, status, mode)


NONE = Judgement(0.02, 0.02, dict.fromkeys(Status, 1 / 6), dict.fromkeys(Mode, 1 / 7))


def contacts(
    gazetteer: Gazetteer, assembler: Assembler, text: str, *verdicts: Verdict, title: str = "", on: date = SATURDAY
) -> list[ContactReport]:
    reading = read(gazetteer, Article("a", title, text, on))
    judgements = [_judge(gazetteer, reading, k, verdicts) for k in range(len(reading.candidates))]
    return list(assembler.assemble(reading, judgements, [Topic("deescalation_talks", 0.9)]))


def _judge(gazetteer: Gazetteer, reading: Reading, k: int, verdicts: tuple[Verdict, ...]) -> Judgement:
    c = reading.candidates[k]
    names = [gazetteer.registry.people[p].name for p in (c.first, c.second) if p is not None]
    for verdict in verdicts:
        if verdict.words not in reading.sentences[c.sentence].text or verdict.alone != (c.second is None):
            continue
        if verdict.people is None or set(names) <= set(verdict.people):
            return verdict.judgement()
    return NONE


def names(contact: ContactReport) -> list[str]:
    return [p.name for p in contact.participants]


def test_facts_of_one_call_are_gathered_over_sentences(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = (
        "French President Emmanuel Macron called Russian President Vladimir Putin on Friday. The conversation lasted "
        "an hour and a half. It was their third call this month, the Elysee Palace said."
    )
    (call,) = contacts(gazetteer, assembler, text, Verdict("called", Mode.PHONE))
    assert names(call) == [MACRON, PUTIN]
    assert (call.mode, call.status, call.date) == (Mode.PHONE, Status.OCCURRED, date(2022, 2, 11))
    assert (call.duration_minutes, call.initiator, call.historical) == (90, MACRON, False)
    assert call.ordinal is not None
    assert (call.ordinal.count, call.ordinal.window) == (3, "this month")
    assert call.topics == ("deescalation_talks",)
    whole = "\n" + text
    assert [whole[e.start : e.end] for e in call.evidence] == [e.text for e in call.evidence]


def test_participants_carry_country_office_and_wikidata_id(gazetteer: Gazetteer, assembler: Assembler) -> None:
    (call,) = contacts(gazetteer, assembler, "Macron phoned Putin on Friday.", Verdict("phoned", Mode.PHONE))
    assert [(p.country, p.wikidata_id, p.office) for p in call.participants] == [
        ("FRA", "Q3052772", "President"),
        ("RUS", "Q7747", "President"),
    ]


def test_the_title_and_the_text_tell_one_contact(gazetteer: Gazetteer, assembler: Assembler) -> None:
    found = contacts(
        gazetteer, assembler, "Emmanuel Macron and Vladimir Putin spoke by phone on Thursday.",
        Verdict("call", Mode.PHONE), Verdict("spoke", Mode.PHONE), title="Macron and Putin hold call",
    )  # fmt: skip
    assert [c.date for c in found] == [date(2022, 2, 10)]


def test_a_call_and_a_visit_of_the_same_two_are_two_contacts(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = (
        "Macron phoned Putin on Saturday. "
        "On Monday, Macron travelled to Moscow, where he held five-hour talks with Putin."
    )
    call, visit = contacts(gazetteer, assembler, text, Verdict("phoned", Mode.PHONE), Verdict("travelled", Mode.VISIT))
    assert (call.mode, call.date, call.duration_minutes) == (Mode.PHONE, date(2022, 2, 12), None)
    assert (visit.mode, visit.date, visit.duration_minutes) == (Mode.VISIT, date(2022, 2, 7), 300)
    assert visit.location == "Moscow"


def test_calls_on_two_days_are_two_contacts(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron phoned Putin on Thursday. Macron called Putin again on Friday."
    found = contacts(gazetteer, assembler, text, Verdict("phoned", Mode.PHONE), Verdict("called", Mode.PHONE))
    assert [c.date for c in found] == [date(2022, 2, 10), date(2022, 2, 11)]


def test_a_plan_beside_what_happened_stays_a_plan(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron phoned Putin on Friday. Macron will call Putin again on Monday."
    held, plan = contacts(
        gazetteer, assembler, text, Verdict("phoned", Mode.PHONE), Verdict("will call", Mode.PHONE, Status.PLANNED)
    )
    assert (held.status, held.date) == (Status.OCCURRED, date(2022, 2, 11))
    assert (plan.status, plan.date) == (Status.PLANNED, date(2022, 2, 14))


def test_a_plan_that_was_called_off_is_one_contact(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron will not meet Putin on Monday, aides said. Macron was due to meet Putin in Geneva on Monday."
    (found,) = contacts(
        gazetteer, assembler, text,
        Verdict("will not meet", Mode.IN_PERSON, Status.CANCELLED), Verdict("was due", Mode.IN_PERSON, Status.PLANNED),
    )  # fmt: skip
    assert (found.status, found.date) == (Status.CANCELLED, date(2022, 2, 14))


def test_what_lies_ahead_has_not_happened(gazetteer: Gazetteer, assembler: Assembler) -> None:
    (found,) = contacts(
        gazetteer, assembler, "On February 14, Macron meets Putin in Moscow.", Verdict("meets", Mode.IN_PERSON)
    )
    assert (found.status, found.date) == (Status.PLANNED, date(2022, 2, 14))


def test_a_joint_call_is_one_contact(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Emmanuel Macron and Olaf Scholz spoke by phone with Vladimir Putin on Friday."
    (found,) = contacts(gazetteer, assembler, text, Verdict("spoke", Mode.PHONE))
    assert names(found) == [MACRON, SCHOLZ, PUTIN]


def test_a_list_of_guests_stays_whole_where_one_pair_of_it_is_doubted(
    gazetteer: Gazetteer, assembler: Assembler
) -> None:
    text = "Emmanuel Macron received Olaf Scholz, Mario Draghi, Vladimir Putin and Joe Biden in Geneva on Friday."
    doubted = Verdict("received", Mode.MULTILATERAL, people=(SCHOLZ, BIDEN), contact=0.2)
    (found,) = contacts(gazetteer, assembler, text, doubted, Verdict("received", Mode.MULTILATERAL))
    assert len(found.participants) == 5


def test_separate_calls_are_two_contacts(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Vladimir Putin had telephone conversations with Emmanuel Macron and Olaf Scholz on Friday."
    found = contacts(gazetteer, assembler, text, Verdict("conversations", Mode.PHONE))
    assert sorted(map(names, found)) == [[MACRON, PUTIN], [SCHOLZ, PUTIN]]


def test_a_title_that_lists_whom_somebody_called_tells_no_call_between_them(
    gazetteer: Gazetteer, assembler: Assembler
) -> None:
    title = "Telephone conversations with President of France Emmanuel Macron and Chancellor of Germany Olaf Scholz"
    assert contacts(gazetteer, assembler, "It rained.", Verdict("conversations", Mode.PHONE), title=title) == []


def test_a_second_contact_without_a_day_must_be_surer(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron phoned Putin on Friday. Macron met Putin over lunch."
    verdicts = [Verdict("phoned", Mode.PHONE), Verdict("met", Mode.IN_PERSON, contact=0.75)]
    assert [c.mode for c in contacts(gazetteer, assembler, text, *verdicts)] == [Mode.PHONE]
    verdicts[1] = Verdict("met", Mode.IN_PERSON, contact=0.95)
    assert [c.mode for c in contacts(gazetteer, assembler, text, *verdicts)] == [Mode.PHONE, Mode.IN_PERSON]


def test_a_pair_of_a_larger_contact_is_no_contact_of_its_own(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = (
        "Emmanuel Macron, Olaf Scholz and Vladimir Putin met in Geneva on Friday. "
        "At the summit Macron and Putin agreed to go on."
    )
    found = contacts(
        gazetteer, assembler, text, Verdict("met", Mode.MULTILATERAL), Verdict("At the summit", Mode.MULTILATERAL)
    )
    assert [(names(c), c.mode, c.location) for c in found] == [([MACRON, SCHOLZ, PUTIN], Mode.MULTILATERAL, "Geneva")]


def test_a_traveller_without_a_host_is_a_visit_to_each_place(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron spoke on Friday. After that, the French leader visited Kyiv and Berlin."
    found = contacts(gazetteer, assembler, text, Verdict("visited", Mode.VISIT, alone=True))
    assert [(names(c), c.mode, c.location) for c in found] == [
        ([MACRON], Mode.VISIT, "Kyiv"),
        ([MACRON], Mode.VISIT, "Berlin"),
    ]


def test_a_journey_to_a_host_met_there_is_the_same_contact(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron flew to Moscow on Friday. Macron met Putin in the evening."
    (found,) = contacts(
        gazetteer, assembler, text, Verdict("flew", Mode.VISIT, alone=True), Verdict("met", Mode.IN_PERSON)
    )
    assert (names(found), found.location, found.date) == ([MACRON, PUTIN], "Moscow", date(2022, 2, 11))


@pytest.mark.parametrize(
    "text",
    [
        "Macron began a surprise visit to Kyiv on Friday, hours after Putin arrived in Minsk.",
        "Macron heads to Kyiv as Putin holds talks in Minsk.",
        "Macron landed in Kyiv on Friday. Putin was in town. Macron travelled to Warsaw.",
    ],
)
def test_journeys_to_other_countries_are_no_contact(gazetteer: Gazetteer, assembler: Assembler, text: str) -> None:
    assert contacts(gazetteer, assembler, text, Verdict("", Mode.VISIT)) == []


def test_history_is_marked_by_its_date(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Putin shakes hands with Angela Merkel in Sochi on May 2, 2017."
    (found,) = contacts(gazetteer, assembler, text, Verdict("shakes", Mode.IN_PERSON, historical=0.1))
    assert (found.historical, found.date) == (True, date(2017, 5, 2))
    assert names(found) == ["Angela Merkel", PUTIN]


def test_somebody_out_of_office_on_the_day_is_no_participant(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Putin met former German chancellor Angela Merkel in Moscow on Friday."
    assert contacts(gazetteer, assembler, text, Verdict("met", Mode.IN_PERSON)) == []


def test_two_leaders_of_one_country_are_no_contact(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Olaf Scholz met Frank-Walter Steinmeier in Berlin on Friday."
    assert contacts(gazetteer, assembler, text, Verdict("met", Mode.IN_PERSON)) == []


@pytest.mark.parametrize(
    ("text", "mode", "expected"),
    [
        ("Macron spoke with Putin on Friday.", Mode.PHONE, Mode.UNSPECIFIED),
        ("Macron spoke with Putin by video link on Friday.", Mode.PHONE, Mode.VIDEO),
        ("Macron met Putin in Geneva on Friday.", Mode.VISIT, Mode.IN_PERSON),
        ("Macron met Putin in Moscow on Friday.", Mode.IN_PERSON, Mode.VISIT),
        ("Macron welcomed Putin to his palace on Friday.", Mode.VISIT, Mode.VISIT),
        ("Macron wrote to Putin on Friday.", Mode.LETTER, Mode.LETTER),
    ],
)
def test_the_mode_is_what_the_words_say(
    gazetteer: Gazetteer, assembler: Assembler, text: str, mode: Mode, expected: Mode
) -> None:
    (found,) = contacts(gazetteer, assembler, text, Verdict("Macron", mode))
    assert found.mode is expected


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Macron phoned Putin.", SATURDAY),  # fresh, no date word
        ("Macron phoned Putin last week.", date(2022, 1, 31)),
        ("Macron, who had phoned Putin, said nothing.", None),  # looks back
        ("Macron phoned Putin, the Kremlin said on Friday.", date(2022, 2, 11)),  # the day it was said
        ("Macron phoned Putin on Thursday, the Kremlin said on Friday.", date(2022, 2, 10)),
        ("Before Monday's attack Macron phoned Putin on Sunday.", date(2022, 2, 6)),
        ("Macron phoned Putin for the third time since January.", None),
    ],
)
def test_dates(gazetteer: Gazetteer, assembler: Assembler, text: str, day: date | None) -> None:
    (found,) = contacts(gazetteer, assembler, text, Verdict("phoned", Mode.PHONE))
    assert found.date == day


def test_the_day_of_the_story_so_far_dates_what_follows(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "It rained. Snow fell. Wind blew. On Tuesday Macron landed in Oslo. It rained. There Macron met Putin."
    (found,) = contacts(gazetteer, assembler, text, Verdict("met", Mode.IN_PERSON))
    assert found.date == date(2022, 2, 8)


def test_a_guess_of_who_is_meant_must_be_sure_beside_a_doubtful_claim(
    gazetteer: Gazetteer, assembler: Assembler
) -> None:
    text = "Emmanuel Macron is fond of Vladimir Putin, and they met on Friday. He told reporters of their talks."
    told = Verdict("fond", Mode.IN_PERSON, contact=0.4)
    assert contacts(gazetteer, assembler, text, told, Verdict("reporters", Mode.IN_PERSON, contact=0.7)) == []
    assert contacts(gazetteer, assembler, text, told, Verdict("reporters", Mode.IN_PERSON, contact=0.9))


def test_an_unsure_contact_is_left_out(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron and Putin may have spoken on Friday."
    assert contacts(gazetteer, assembler, text, Verdict("spoken", Mode.PHONE, contact=0.4)) == []


def test_without_a_day_of_publication_nothing_is_dated_by_guess(gazetteer: Gazetteer, assembler: Assembler) -> None:
    reading = read(gazetteer, Article("a", "", "Emmanuel Macron phoned Vladimir Putin on Friday.", None))
    judgements = [Verdict("", Mode.PHONE).judgement() if c.second else NONE for c in reading.candidates]
    (found,) = assembler.assemble(reading, judgements, [])
    assert (found.date, found.date_precision) == (None, None)


def test_a_length_belongs_to_the_pair_beside_it(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron, after a call with Scholz on Friday, joined Biden, who spoke with Putin for two hours."
    found = contacts(
        gazetteer, assembler, text,
        Verdict("call", Mode.PHONE, people=(MACRON, SCHOLZ)), Verdict("call", Mode.PHONE, people=(BIDEN, PUTIN)),
    )  # fmt: skip
    assert {tuple(names(c)): c.duration_minutes for c in found} == {(MACRON, SCHOLZ): None, (BIDEN, PUTIN): 120}


def test_a_length_in_a_sentence_about_others_is_theirs(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron called Putin on Friday. For two hours Biden talked to Scholz."
    (call,) = contacts(gazetteer, assembler, text, Verdict("called", Mode.PHONE))
    assert call.duration_minutes is None


LONE = {
    "news of a journey": ("Macron travelled to Kyiv on Friday.", ["Kyiv"]),
    "one trip told twice": ("Macron flies to Ukraine on Friday. Macron travelled to Kyiv.", ["Kyiv"]),
    "two stops": ("Macron travelled to Kyiv. Macron travelled to Poland.", ["Kyiv", "Poland"]),
    "the journey of somebody else": ("An envoy travelled to Kyiv in the wake of Macron's words.", []),
    "background, late in the text": (
        "It rained. It snowed. It froze. During his visit to Kyiv last week, Macron travelled to Kyiv too.", [],
    ),
    "in passing": ("It rained. It snowed. It froze. The deal was struck as Macron travelled to Kyiv.", []),
    "in passing, as he flew": ("Macron made his offer as he travelled to Kyiv.", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "places"), LONE.values(), ids=LONE.keys())
def test_journeys_without_a_host(gazetteer: Gazetteer, assembler: Assembler, text: str, places: list[str]) -> None:
    verdicts = [Verdict(w, Mode.VISIT, alone=True) for w in ("travelled", "flies")]
    found = contacts(gazetteer, assembler, text, *verdicts)
    assert sorted(str(c.location) for c in found) == places


def test_a_trip_called_off_is_not_a_plan_too(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron put off a visit to Kyiv. Macron was to travel to Kyiv on Monday."
    (visit,) = contacts(
        gazetteer, assembler, text, Verdict("put off", Mode.VISIT, Status.CANCELLED, alone=True),
        Verdict("was to", Mode.VISIT, Status.PLANNED, alone=True, contact=0.99),
    )  # fmt: skip
    assert visit.status is Status.CANCELLED


def test_a_letter_that_proposes_a_meeting_is_two_contacts(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron wrote to Putin on Friday, proposing a meeting in Geneva."
    letter, meeting = contacts(gazetteer, assembler, text, Verdict("wrote", Mode.LETTER))
    assert (letter.mode, letter.status) == (Mode.LETTER, Status.OCCURRED)
    assert (meeting.mode, meeting.status) == (Mode.IN_PERSON, Status.PROPOSED)


def test_a_call_denied_is_dated_by_the_call(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "The Kremlin denied on Thursday that Macron and Putin had spoken by phone the day before."
    (call,) = contacts(gazetteer, assembler, text, Verdict("denied", Mode.PHONE, Status.DENIED))
    assert (call.status, call.date) == (Status.DENIED, date(2022, 2, 9))


def test_this_was_goes_with_the_call_before(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron called Putin on Friday. This was the second conversation of Macron and Putin since January."
    (call,) = contacts(gazetteer, assembler, text, Verdict("called", Mode.PHONE), Verdict("This", Mode.IN_PERSON))
    assert (call.mode, call.ordinal and call.ordinal.count) == (Mode.PHONE, 2)


def test_two_calls_told_in_one_breath(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Macron spoke by phone to Putin and Scholz on Friday. Macron had a long phone call with Scholz."
    found = contacts(gazetteer, assembler, text, Verdict("phone", Mode.PHONE))
    assert sorted(names(c) for c in found) == [[MACRON, SCHOLZ], [MACRON, PUTIN]]


def test_a_day_in_a_clause_about_somebody_else(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "It rained. It snowed. It froze. Macron met Putin, joined by Biden, who had seen them on Monday."
    (talks,) = contacts(gazetteer, assembler, text, Verdict("met", Mode.IN_PERSON, people=(MACRON, PUTIN)))
    assert talks.date is None


def test_the_day_of_the_words_that_a_call_was_about(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = (
        "Putin apologised for remarks that his foreign minister in Moscow had made about the war earlier this week in "
        "a phone call with Macron."
    )
    (call,) = contacts(
        gazetteer, assembler, text, Verdict("phone", Mode.PHONE), title="Putin says sorry in phone call with Macron"
    )
    assert call.date == SATURDAY


def test_two_contacts_of_one_sentence_share_their_day(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Biden is in Berlin. It rained. It snowed. Biden met Macron at noon, before his talks with Scholz."
    found = contacts(
        gazetteer, assembler, text, Verdict("met", Mode.IN_PERSON, people=(BIDEN, MACRON)),
        Verdict("talks", Mode.IN_PERSON, people=(BIDEN, SCHOLZ)), Verdict("Berlin talks", Mode.IN_PERSON),
        title="Biden and Scholz hold Berlin talks",
    )  # fmt: skip
    assert {tuple(names(c)): c.date for c in found}[(MACRON, BIDEN)] == SATURDAY


PAST = {
    "some time ago": "My last phone call with Putin was some time ago, Macron said.",
    "an old year in the sentence before": "In 2019 the pact was signed. Macron had met Putin at a dinner in Brest.",
    "years earlier": "Macron met Putin for talks years earlier.",
}


@pytest.mark.parametrize("text", PAST.values(), ids=PAST.keys())
def test_the_past_without_a_date_is_history(gazetteer: Gazetteer, assembler: Assembler, text: str) -> None:
    found = contacts(gazetteer, assembler, text, Verdict("Putin", Mode.IN_PERSON))
    assert [c.historical for c in found] == [True]


def test_days_are_counted_from_the_day_named(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Olaf Scholz was back home in Berlin on Thursday, two days after Joe Biden welcomed him in Washington."
    (visit,) = contacts(gazetteer, assembler, text, Verdict("welcomed", Mode.VISIT))
    assert (visit.date, visit.historical) == (date(2022, 2, 8), False)


def test_who_joined_and_who_is_listed_took_part(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Emmanuel Macron met Olaf Scholz in Paris on Friday. Mario Draghi joined them by video."
    (meeting,) = contacts(gazetteer, assembler, text, Verdict("met", Mode.IN_PERSON))
    assert names(meeting) == [MACRON, "Mario Draghi", SCHOLZ]
    text = "Three neighbours met in Rome on Thursday. They were Emmanuel Macron, Olaf Scholz and Mario Draghi."
    (meeting,) = contacts(gazetteer, assembler, text, Verdict("They were", Mode.IN_PERSON, contact=0.4))
    assert names(meeting) == [MACRON, "Mario Draghi", SCHOLZ]
    assert (meeting.date, meeting.location) == (date(2022, 2, 10), "Rome")


def test_parts_of_a_sentence_have_their_own_day_and_way(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Emmanuel Macron, who had received Olaf Scholz in Paris on Tuesday, will call Joe Biden on Monday."
    verdicts = (
        Verdict("who had", Mode.PHONE, Status.PLANNED, people=(MACRON, BIDEN)),
        Verdict("who had", Mode.PHONE, people=(MACRON, SCHOLZ)),
        Verdict("who had", Mode.PHONE, Status.PLANNED, people=(SCHOLZ, BIDEN)),
    )
    found = contacts(gazetteer, assembler, text, *verdicts)
    assert [(names(c), c.mode, c.status, c.date) for c in found] == [
        ([MACRON, BIDEN], Mode.PHONE, Status.PLANNED, date(2022, 2, 14)),
        ([MACRON, SCHOLZ], Mode.VISIT, Status.OCCURRED, date(2022, 2, 8)),
    ]


def test_a_letter_that_calls_a_meeting_off_was_written(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Joe Biden on Friday called off his summit with Vladimir Putin in a curt letter."
    found = contacts(gazetteer, assembler, text, Verdict("called off", Mode.IN_PERSON, Status.CANCELLED))
    assert {(c.mode, c.status) for c in found} == {
        (Mode.LETTER, Status.OCCURRED),
        (Mode.IN_PERSON, Status.CANCELLED),
    }


def test_the_day_of_an_aside_is_not_that_of_the_contact(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Emmanuel Macron embraced Joe Biden, who had come to Europe on Monday."
    (meeting,) = contacts(gazetteer, assembler, text, Verdict("embraced", Mode.IN_PERSON))
    assert meeting.date == SATURDAY


def test_separate_talks_of_one_sentence_were_held_in_one_way(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = (
        "Joe Biden spoke on Friday with Olaf Scholz and, separately, with Emmanuel Macron. It was his fifth phone "
        "call with Olaf Scholz. The war was the topic."
    )
    verdicts = (
        Verdict("spoke", Mode.UNSPECIFIED, people=(BIDEN, SCHOLZ)),
        Verdict("spoke", Mode.UNSPECIFIED, people=(BIDEN, MACRON)),
        Verdict("fifth", Mode.PHONE, people=(BIDEN, SCHOLZ)),
    )
    found = contacts(gazetteer, assembler, text, *verdicts)
    assert [(names(c), c.mode) for c in found] == [([BIDEN, SCHOLZ], Mode.PHONE), ([MACRON, BIDEN], Mode.PHONE)]


def test_who_meets_at_the_seat_of_one_visits_that_one(gazetteer: Gazetteer, assembler: Assembler) -> None:
    text = "Olaf Scholz met Joe Biden in the Oval Office on Friday, the Kremlin noted."
    (visit,) = contacts(gazetteer, assembler, text, Verdict("met", Mode.IN_PERSON))
    assert (visit.mode, visit.location) == (Mode.VISIT, "the Oval Office")
    text = "Olaf Scholz met Joe Biden on Friday, the White House said."
    (meeting,) = contacts(gazetteer, assembler, text, Verdict("met", Mode.IN_PERSON))
    assert (meeting.mode, meeting.location) == (Mode.IN_PERSON, None)
