"""Journeys of a leader at whose end nobody is named: a visit with one participant and a place.

Only where the sentence tells it as news of that leader: background ("during his visit last week"), journeys of others
and a trip told again are left out, and one that leads to somebody met in the article tells of that meeting.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.understand.cluster import Group, Told, dates_agree
from pipeline.understand.cues import Course, Way
from pipeline.understand.dates import Grain
from pipeline.understand.dating import looks_back
from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.places import Place
from pipeline.understand.reading import Reading

LEAD = 2  # sentences of an article that tell its news
# A journey as the time or the occasion of something else.
_ASIDE = re.compile(
    r"\b(?:as|when|while|during|before|after|ahead of|following|in the wake of|since|on|from|because of|without)\s+"
    r"(?:(?:the|an?|his|her|their)\s+)?(?:[\w.’'-]+\s+){0,3}?$",
    re.IGNORECASE,
)

_AS_HE = re.compile(
    r"\b(?:as|when|while) (?:he|she) (?:was |is )?(?:fl|travel|head|arriv|land|visit|tour)\w*", re.IGNORECASE
)


def journeys(
    gazetteer: Gazetteer, reading: Reading, told: Sequence[Told], groups: Sequence[Group]
) -> list[tuple[Told, Place]]:
    """The journeys that claims of one person tell, each once; places of those met go to their `groups`."""
    out: list[tuple[Told, Place]] = []
    for item in told:
        (person,) = item.claim.people
        home = {t.country for t in gazetteer.registry.leader_terms_on(person, None)}
        for place in item.facts.places:
            if place.country in home or not place.destination:
                continue
            met = [
                g for g in groups if person in g.people and g.way is Way.PRESENT and _hosts(gazetteer, g, item, place)
            ]
            if met:
                met[0].extra_places.append(place)
            elif (
                item.claim.way(Way.PRESENT) > 0.5 and _travels(reading, item, place) and not _background(reading, item)
            ):
                out.append((item, place))
    return _each_once(out)


def _hosts(gazetteer: Gazetteer, group: Group, item: Told, place: Place) -> bool:
    others = group.people - item.claim.people
    return any(t.country == place.country for p in others for t in gazetteer.registry.leader_terms_on(p, None))


def _travels(reading: Reading, item: Told, place: Place) -> bool:
    """Whether the traveller is named before the place, nobody else between: not "C came to X after A's visit"."""
    before = [end for _, end in item.claim.anchors if end <= place.start]
    if not before:
        return False
    return not any(
        m.sentence == item.claim.sentence and m.leader and before[-1] <= m.start < place.start for m in reading.mentions
    )


def _background(reading: Reading, item: Told) -> bool:
    """Whether the sentence only sets something else in the time of the journey, after the news has been told."""
    if _AS_HE.search(item.text):
        return True
    if item.claim.sentence <= LEAD or (item.facts.near and item.facts.date and item.facts.date.grain is Grain.DAY):
        return False
    start = reading.sentences[item.claim.sentence].start
    lead = reading.whole[start : item.claim.anchors[0][0]] if item.claim.anchors else ""
    return looks_back(item.text) or bool(_ASIDE.search(lead))


def _each_once(found: Sequence[tuple[Told, Place]]) -> list[tuple[Told, Place]]:
    """One journey for all claims of a person's trip to a country whose days agree: the surest, a refusal before all."""
    out: list[tuple[Told, Place]] = []
    ranked = sorted(found, key=lambda f: (f[0].claim.best_course is not Course.NOT, -_sureness(f[0])))
    for item, place in ranked:
        again = next(
            (
                k
                for k, (other, at) in enumerate(out)
                if item.claim.people == other.claim.people and _one_place(place, at) and dates_agree(item, other)
            ),
            None,
        )
        if again is None:
            out.append((item, place))
        elif out[again][1].kind == "country" and place.kind == "city":
            out[again] = (out[again][0], place)
    return sorted(out, key=lambda f: (f[0].claim.sentence, f[1].start))


def _sureness(item: Told) -> float:
    return item.claim.contact * item.claim.course(item.claim.best_course)


def _one_place(one: Place, other: Place) -> bool:
    """Whether two names may be those of one destination: the same, or a country and a city of it."""
    if one.country is None or one.country != other.country:
        return one.name == other.name
    return one.name == other.name or "country" in (one.kind, other.kind)
