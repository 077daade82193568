"""Which CAMEO codes and PLOVER words a contact has, for each ordered pair of its participants.

Codes and names are those of the CAMEO manual, version 1.1b3 (2012), chapter 2, categories 03 and 04; scale values are
Goldstein's as GDELT assigns them to the codes. docs/analysts.md has the whole mapping as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

from pipeline.domain import Mode, Participant, Status
from pipeline.warehouse.extracts import ToldContact

NAMES = {
    "036": "Express intent to meet or negotiate",
    "040": "Consult, not specified below",
    "041": "Discuss by telephone",
    "042": "Make a visit",
    "043": "Host a visit",
    "044": "Meet at a third location",
    "045": "Mediate",
    "046": "Engage in negotiation",
}
GOLDSTEIN = {
    "036": 4.0, "040": 1.0, "041": 1.0, "042": 1.9, "043": 2.8, "044": 2.5, "045": 5.0, "046": 7.0,
}  # fmt: skip
HAPPENED = (Status.OCCURRED, Status.ONGOING)
INTENDED = (Status.PLANNED, Status.PROPOSED)
NEGOTIATION = frozenset({"ceasefire_or_peace_negotiation", "deescalation_talks"})
MEDIATED = "ceasefire_or_peace_negotiation"
IN_A_PLACE = (Mode.IN_PERSON, Mode.VISIT, Mode.MULTILATERAL)
# Bodies of states have a seat; CAMEO knows some of them by name, and all as intergovernmental organisations.
SEATS = {"EU": "BEL", "NATO": "BEL", "AU": "ETH", "UN": "USA"}
BODIES = {"EU": "IGOEEC", "NATO": "IGOWSTNAT", "UN": "IGOUNO"}
# Bodies whose codes here look like those of countries.
LIKE_COUNTRIES = frozenset({"LAS", "OAS", "OIC", "GCC"})


@dataclass(frozen=True, slots=True)
class Actor:
    """A side of a dyad. `code` is CAMEO's, "FRAGOV"; `person` is None where only the country is known."""

    code: str
    country: str
    kind: str
    person: Participant | None


@dataclass(frozen=True, slots=True)
class Dyad:
    """One ordered pair of a contact, with what the first did towards the second."""

    source: Actor
    target: Actor
    code: str
    plover: str
    plover_mode: str


def actor(country: str, person: Participant | None = None) -> Actor:
    """The government of a country, or a body. A state's ISO code and GOV; bodies have no country."""
    if len(country) == 3 and country not in LIKE_COUNTRIES:
        return Actor(f"{country}GOV", country, "GOV", person)
    return Actor(BODIES.get(country, "IGO"), "", "IGO", person)


def place_of(location: str | None, places: Mapping[str, str]) -> str | None:
    """The country that a place is in, where it names a country or a capital: "the Kremlin" is None, "Moscow" RUS."""
    for part in (location or "").split(","):
        name = part.strip().casefold().removeprefix("the ")
        if name in places:
            return places[name]
    return None


def dyads(contact: ToldContact, places: Mapping[str, str]) -> Iterator[Dyad]:
    """Each ordered pair, as GDELT has it: of a visit one is 042 and its mirror 043. None for what did not take place.

    `places` leads from lower-case names of countries and capitals to countries.
    """
    if contact.status not in (*HAPPENED, *INTENDED):
        return
    place = place_of(contact.location, places) if contact.mode in IN_A_PLACE else None
    people = contact.participants
    if len(people) == 1 and place is not None and place != _home(people[0]):
        guest, host = actor(people[0].country, people[0]), actor(place)
        for source, target, code in ((guest, host, "042"), (host, guest, "043")):
            yield _dyad(contact, source, target, code)
    for one, other in permutations(people, 2):
        yield _dyad(contact, actor(one.country, one), actor(other.country, other), _code(contact, one, other, place))


def _dyad(contact: ToldContact, source: Actor, target: Actor, code: str) -> Dyad:
    if contact.status in INTENDED:
        # What is to come is an intention in CAMEO and an agreement in PLOVER, whatever it will be.
        return Dyad(source, target, "036", "AGREE", "")
    return Dyad(source, target, code, "CONSULT", _plover_mode(contact, code))


def _code(contact: ToldContact, one: Participant, other: Participant, place: str | None) -> str:
    if contact.mode is Mode.PHONE:
        return "041"
    if contact.mode in IN_A_PLACE and place is not None:
        hosts = {_home(p) == place for p in contact.participants}
        at_one, at_other = _home(one) == place, _home(other) == place
        if MEDIATED in contact.topics and len(contact.participants) >= 3 and True in hosts and at_one != at_other:
            # Who brings two others to one table at home mediates between them.
            return "045" if at_one else "046"
        if at_one and at_other:
            return "040"
        if at_one or at_other:
            return "043" if at_one else "042"
        return "044"
    if contact.mode in (Mode.IN_PERSON, Mode.MULTILATERAL, Mode.UNSPECIFIED) and NEGOTIATION.intersection(
        contact.topics
    ):
        return "046"
    return "040"


def _plover_mode(contact: ToldContact, code: str) -> str:
    if contact.mode in (Mode.PHONE, Mode.VIDEO):
        return "phone"
    if contact.mode is Mode.MULTILATERAL:
        return "multilateral"
    if code in ("042", "043") or contact.mode is Mode.VISIT:
        return "visit"
    return "third-party" if code in ("044", "045") else ""


def _home(person: Participant) -> str:
    return SEATS.get(person.country, person.country)
