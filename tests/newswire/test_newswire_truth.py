"""The labels agree with the texts, with each other, and with the rules of labelling."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.domain import Mode, Reason, Status
from pipeline.newswire import load_catalogue, load_truth
from pipeline.newswire.catalogue import StoryError, read_catalogue
from pipeline.newswire.model import Story
from pipeline.newswire.truth import Leader, Telling, fold, read_truth
from pipeline.settings import ROOT

STORIES = {story.story_id: story for story in load_catalogue().stories}
TRUTH = load_truth()
TELLINGS = [telling for story in TRUTH.stories.values() for telling in story.contacts]
SEED = "ad6d591cefc01738fa6327c95ec24585a63591a9429f0064e9bdd220aa7de4c5"


def whole(story: Story) -> str:
    return story.title + "\n" + "\n".join(block.text for block in story.blocks)


def name_of(telling: Telling) -> str:
    return f"{telling.story_id}:{telling.event_id}"


def test_every_event_is_told_by_an_article() -> None:
    assert not [event.event_id for event in TRUTH.events.values() if not event.tellings]


def test_every_email_verdict_follows_the_rule() -> None:
    assert {e.event_id for e in TRUTH.events.values() if e.email} == {
        e.event_id for e in TRUTH.events.values() if e.earns_email
    }


def test_the_seeds_call_earns_one_email_though_many_outlets_tell_it() -> None:
    event = TRUTH.events["macron-putin-call-0212"]
    assert event.email
    assert len(event.outlets) >= 5
    assert event.families < event.outlets or len(event.families) >= 5
    assert [e.event_id for e in TRUTH.emails()].count("macron-putin-call-0212") == 1


def test_what_must_never_be_mailed_is_there_and_is_not_mailed() -> None:
    mailed = {e.event_id for e in TRUTH.emails()}
    for status in (Status.PLANNED, Status.PROPOSED, Status.CANCELLED, Status.DENIED):
        events = [e for e in TRUTH.events.values() if e.status is status]
        assert events, f"no event is {status}"
        assert not {e.event_id for e in events} & mailed
    historical = [e for e in TRUTH.events.values() if e.historical]
    assert len(historical) >= 3
    assert not {e.event_id for e in historical} & mailed


def test_a_planned_call_is_told_again_as_held() -> None:
    told = {telling.status for telling in TRUTH.events["biden-putin-call-0212"].tellings}
    assert told == {Status.PLANNED, Status.OCCURRED}


def test_a_corrected_duration_stands_beside_the_first_one() -> None:
    event = TRUTH.events["biden-zelensky-call-0213"]
    assert {t.duration_minutes for t in event.tellings} >= {40, 50}
    assert event.duration_minutes == 50


def test_six_leaders_meet_and_letters_are_exchanged() -> None:
    assert len(TRUTH.events["northern-six-oslo"].participants) == 6
    assert TRUTH.events["sandu-vdl-letters"].mode is Mode.LETTER
    assert len(TRUTH.events["plenkovic-vienna"].participants) == 1


def test_the_talks_and_the_call_are_told_over_several_days_by_several_outlets() -> None:
    for event_id in ("macron-putin-moscow", "macron-putin-call-0212"):
        event = TRUTH.events[event_id]
        assert len(event.outlets) >= 6
        assert len({STORIES[t.story_id].published.date() for t in event.tellings}) >= 3


def test_the_first_text_stands_unchanged() -> None:
    story = STORIES["orbita/macron-putin-fourth-conversation"]
    text = "\n\n".join(block.text for block in story.blocks)
    assert hashlib.sha256(text.encode()).hexdigest() == SEED


@pytest.mark.parametrize("telling", TELLINGS, ids=name_of)
def test_every_participant_is_named_in_the_text(telling: Telling) -> None:
    named = fold(whole(STORIES[telling.story_id]))
    for leader in telling.participants:
        surname = fold(leader.name)[-1]
        assert any(word[:4] == surname[:4] for word in named), f"{leader.name} is not named"


@pytest.mark.parametrize("telling", TELLINGS, ids=name_of)
def test_places_and_sources_are_words_of_the_text(telling: Telling) -> None:
    named = set(fold(whole(STORIES[telling.story_id])))
    for words in (telling.location or "", *telling.attribution):
        assert set(fold(words)) <= named, words


@pytest.mark.parametrize("telling", TELLINGS, ids=name_of)
def test_dates_fit_what_became_of_the_contact(telling: Telling) -> None:
    published = STORIES[telling.story_id].published.astimezone(STORIES[telling.story_id].outlet.zone).date()
    if telling.date is None:
        return
    if telling.status.happened:
        assert telling.date <= published
    if telling.status in (Status.PLANNED, Status.PROPOSED):
        assert telling.date >= published
    assert telling.historical == (published - telling.date > timedelta(days=30))


@pytest.mark.parametrize("story_id", STORIES)
def test_a_story_stands_in_a_feed_and_its_fates_are_of_the_closed_list(story_id: str) -> None:
    truth = TRUTH.stories[story_id]
    assert truth.feeds
    assert set(truth.fates) <= {"article", *Reason}
    assert not truth.topics & truth.topics_also
    events = [telling.event_id for telling in truth.contacts]
    assert len(events) == len(set(events))


def test_the_two_of_a_pair_name_each_other() -> None:
    pairs = {i: t.same_as for i, t in TRUTH.stories.items() if t.same_as}
    assert len(pairs) == 2
    assert all(pairs[other] == one for one, other in pairs.items())
    assert all({"article", "duplicate"} <= set(TRUTH.stories[i].fates) for i in pairs)


def test_participants_of_recent_events_were_leaders_on_the_day() -> None:
    with (ROOT / "config" / "leaders" / "people.csv").open(encoding="utf-8", newline="") as file:
        people = {row["wikidata_id"]: row["name"] for row in csv.DictReader(file)}
    with (ROOT / "config" / "leaders" / "terms.csv").open(encoding="utf-8", newline="") as file:
        terms = [row for row in csv.DictReader(file) if row["role"] == "leader"]
    for event in TRUTH.events.values():
        day = event.date or date(2022, 2, 14)
        if day.year < 2000:
            continue
        for leader in event.participants:
            assert any(
                leader.matches(people[term["wikidata_id"]], term["country"])
                and (term["start"] or "1900") <= f"{day}"
                and f"{day}" <= (term["end"] or "9999")
                for term in terms
            ), f"{leader} was no leader on {day}"


@pytest.mark.parametrize(
    ("name", "country", "same"),
    [
        ("Volodymyr Zelensky", "UKR", True),
        ("Zelenskyy", "UKR", True),
        ("Volodymyr Zelensky", "RUS", False),
        ("Volodymyr Groysman", "UKR", False),
        ("", "UKR", False),
    ],
)
def test_a_leader_is_known_under_other_spellings(name: str, country: str, same: bool) -> None:
    assert Leader("Volodymyr Zelenskyy", "UKR").matches(name, country) is same


def test_norwegian_letters_fold_alike() -> None:
    assert Leader("Jonas Gahr Støre", "NOR").matches("Jonas Gahr Stoere", "NOR")


class TestContradictions:
    """A label that cannot be is refused, with the file and the mend."""

    def spoiled(self, **head: object) -> Story:
        return replace(STORIES["meridian/xi-putin-beijing"], truth=head)

    @pytest.mark.parametrize(
        ("head", "says"),
        [
            ({"fate": "lost"}, "neither 'article' nor a Reason"),
            ({"topics": ["weather"]}, "unknown topics"),
            ({"contacts": [{"event": "never-was"}]}, "is no event"),
            ({"contacts": [{"event": "xi-putin-beijing", "when": "now"}]}, "unknown keys"),
            ({"contacts": [{"event": "xi-putin-beijing", "participants": ["Xi Jinping"]}]}, "'Name|country'"),
            ({"same_as": "meridian/nothing"}, "is no story"),
        ],
    )
    def test_in_a_story(self, head: dict[str, object], says: str) -> None:
        catalogue = replace(load_catalogue(), stories=(self.spoiled(**head),))
        with pytest.raises(StoryError, match=says):
            read_truth(catalogue)

    def test_in_the_events(self) -> None:
        events = load_catalogue().events
        with pytest.raises(StoryError, match="two events share an id"):
            read_truth(replace(load_catalogue(), events=(*events, events[0])))

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("---\ntitle: x\npublished: 2022-02-12\n---\nText.\n", "must be a time with a zone"),
            ("---\ntitle: x\npublished: 2022-02-12T10:00:00Z\ncolour: red\n---\nText.\n", "unknown keys"),
            ("---\ntitle: x\npublished: 2022-02-12T10:00:00Z\ncopy_of: a/b\n---\nText.\n", "is no story"),
        ],
    )
    def test_in_a_storys_head(self, tmp_path: Path, text: str, says: str) -> None:
        outlet = "{outlet_id: one, name: One, family: one, country: GBR, timezone: UTC, kind: paper, template: agency, "
        outlet += "path: '/one/{slug}', sections: [world], feeds: []}"
        (tmp_path / "outlets.yaml").write_text(f"outlets: [{outlet}]\n")
        (tmp_path / "events.yaml").write_text("events: []\n")
        (tmp_path / "stories" / "one").mkdir(parents=True)
        (tmp_path / "stories" / "one" / "story.md").write_text(text)
        with pytest.raises(StoryError, match=says) as caught:
            read_catalogue(tmp_path)
        assert "stories/one/story.md" in str(caught.value)
