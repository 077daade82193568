"""Places of talks, and places that are only talked about."""

import pytest

from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.places import PlaceFinder
from pipeline.understand.tokens import tokenise


@pytest.fixture(scope="module")
def finder(gazetteer: Gazetteer) -> PlaceFinder:
    return PlaceFinder(gazetteer)


@pytest.mark.parametrize(
    ("sentence", "places"),
    [
        ("On Monday he travelled to Moscow for talks.", [("Moscow", "RUS", True)]),
        ("After that, the leader visited Kyiv and Berlin.", [("Kyiv", "UKR", True), ("Berlin", "DEU", True)]),
        ("They met in Geneva.", [("Geneva", "CHE", False)]),
        ("They met in the French capital.", [("Paris", "FRA", False)]),
        ("She flies to Canada's capital on Monday.", [("Ottawa", "CAN", True)]),
        ("He received her at his Mar-a-Lago club.", [("Mar-a-Lago", "USA", False)]),
        ("They met in the seaside resort of Sochi.", [("Sochi", "RUS", False)]),
        ("He arrived in Beijing on Monday.", [("Beijing", "CHN", True)]),
        ("She will travel to Poland on Friday.", [("Poland", "POL", True)]),
        ("The Tehran summit ended late.", [("Tehran", "IRN", False)]),
        ("They met in Upper Ruritz.", [("Upper Ruritz", None, False)]),
    ],
)
def test_places(finder: PlaceFinder, sentence: str, places: list[tuple[str, str | None, bool]]) -> None:
    found = finder.find(sentence, tokenise(sentence, [0]))
    assert [(p.name, p.country, p.destination) for p in found] == places


@pytest.mark.parametrize(
    "sentence",
    [
        "They spoke of the war in Ukraine.",
        "The situation in Syria was discussed.",
        "Their citizens should leave the territory of Ukraine.",
        "Troops in Moldova were on the agenda.",
        "Russia's president spoke of Berlin's offer.",
        "They spoke at the OSCE of gas.",
        "They met at the Shanghai Cooperation Organization.",
        "They spoke of the outcome in the Normandy talks.",
        "They will meet again in the Normandy format.",
        "They met at the Alpine Forum.",
        "They met in February.",
        "He spoke in English on Monday.",
        "They met in us all a hope.",
    ],
)
def test_places_that_are_only_talked_about(finder: PlaceFinder, sentence: str) -> None:
    assert finder.find(sentence, tokenise(sentence, [0])) == []


def test_offsets_count_in_the_whole_text(finder: PlaceFinder) -> None:
    whole = "A headline\nThey met in Vienna."
    tokens = [t for t in tokenise(whole, [0, 11]) if t.sentence == 1]
    (place,) = finder.find(whole, tokens)
    assert whole[place.start : place.end] == "Vienna"
