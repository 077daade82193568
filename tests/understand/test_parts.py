"""Parts of sentences, lists of leaders, and who joins whom."""

from collections.abc import Callable

import pytest

from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.grouping import separately
from pipeline.understand.mention import Mention
from pipeline.understand.parts import in_turn, joins, lists, lists_who, parts
from pipeline.understand.reading import Reading

ReadText = Callable[..., Reading]


def sentence(read_text: ReadText, text: str) -> tuple[str, int, list[Mention]]:
    found = read_text(text)
    return found.sentences[0].text, found.sentences[0].start, [m for m in found.mentions if m.sentence == 0]


def surnames(gazetteer: Gazetteer, people: object) -> str:
    return " ".join(sorted(gazetteer.registry.people[p].name.split()[-1] for p in people))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Emmanuel Macron, who had received Olaf Scholz on Tuesday, flew to Kyiv to see Volodymyr Zelensky.",
         {"Macron Zelensky": "flew to Kyiv", "Macron Scholz": "received Olaf Scholz on Tuesday"}),
        ("After lunch with Narendra Modi in Paris, Emmanuel Macron telephoned Olaf Scholz.",
         {"Macron Scholz": "telephoned", "Macron Modi": "lunch with"}),
        ("Joe Biden called Olaf Scholz two hours after meeting Emmanuel Macron in Rome.",
         {"Biden Scholz": "called", "Biden Macron": "two hours after"}),
        ("Joe Biden met Emmanuel Macron in Rome and will fly to Berlin on Friday to see Olaf Scholz.",
         {"Biden Macron": "met", "Biden Scholz": "will fly"}),
        ("Joe Biden called Mario Draghi after talks between Emmanuel Macron and Olaf Scholz.",
         {"Biden Draghi": "called", "Macron Scholz": "talks between"}),
        (
            "As Joe Biden landed in Rome, Emmanuel Macron called Olaf Scholz.",
            {"Biden": "landed", "Macron Scholz": "called"},
        ),
        ("Joe Biden flew home, while Emmanuel Macron drank coffee with Olaf Scholz.",
         {"Biden": "flew home", "Macron Scholz": "coffee"}),
        ("Vladimir Putin spoke to Olaf Scholz before Emmanuel Macron visited Volodymyr Zelensky in Kyiv.",
         {"Putin Scholz": "spoke", "Macron Zelensky": "visited"}),
        ("Joe Biden and Boris Johnson spoke after a dinner at which Emmanuel Macron hosted Olaf Scholz.",
         {"Biden Johnson": "spoke", "Macron Scholz": "dinner"}),
        ("Joe Biden, Emmanuel Macron, and Olaf Scholz held a call with Volodymyr Zelensky.", {}),
        ("Joe Biden and Emmanuel Macron together met Olaf Scholz and called Volodymyr Zelensky.", {}),
        ("As Emmanuel Macron and Olaf Scholz arrived in Kyiv, Volodymyr Zelensky hugged them.", {}),
        ("After meeting Emmanuel Macron, Olaf Scholz flew home.", {}),
    ],
)  # fmt: skip
def test_parts(gazetteer: Gazetteer, read_text: ReadText, text: str, told: dict[str, str]) -> None:
    found = parts(*sentence(read_text, text))
    assert sorted(surnames(gazetteer, p.people) for p in found) == sorted(told)
    for part in found:
        assert told[surnames(gazetteer, part.people)] in part.text
        assert all(a in (b, " ") for a, b in zip(part.text, text, strict=True))  # offsets stay


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Joe Biden met Emmanuel Macron, Olaf Scholz and Mario Draghi in Rome.", "Draghi Macron Scholz"),
        ("Olaf Scholz of Germany, Emmanuel Macron of France and the British prime minister, Boris Johnson, met.",
         "Johnson Macron Scholz"),
        ("Olaf Scholz, together with Emmanuel Macron, flew to Kyiv.", "Macron Scholz"),
        ("Joe Biden called Olaf Scholz with Emmanuel Macron listening.", ""),
        ("After meeting Olaf Scholz, Emmanuel Macron left.", ""),
    ],
)  # fmt: skip
def test_lists(gazetteer: Gazetteer, read_text: ReadText, text: str, names: str) -> None:
    found = lists(*sentence(read_text, text), title=False)
    assert [surnames(gazetteer, people) for people in found] == ([names] if names else [])


def test_commas_alone_make_a_list_in_headlines(read_text: ReadText) -> None:
    told = sentence(read_text, "Biden opens talks with Macron, Scholz")
    assert lists(*told, title=True) and not lists(*told, title=False)


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("Emmanuel Macron met Olaf Scholz in Berlin and Mario Draghi in Rome.", True),
        ("Volodymyr Zelensky spoke with Andrzej Duda and, later, with Joe Biden.", True),
        ("Volodymyr Zelensky rang Andrzej Duda and, two hours later, Joe Biden.", True),
        ("Emmanuel Macron met Olaf Scholz and Mario Draghi in Rome.", False),
    ],
)
def test_one_after_the_other(read_text: ReadText, text: str, *, turn: bool) -> None:
    assert in_turn(*sentence(read_text, text)) is turn


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Olaf Scholz joined them by video.", "Scholz"),
        ("Joined by Poland's Andrzej Duda, they signed a pact.", "Duda"),
        ("Olaf Scholz and Mario Draghi dialled in from home.", "Draghi Scholz"),
        ("Ilham Aliyev, who had brought the two together, was pleased.", "Aliyev"),
        ("Olaf Scholz joined the army in 1980.", ""),
    ],
)
def test_who_joins(gazetteer: Gazetteer, read_text: ReadText, text: str, who: str) -> None:
    assert surnames(gazetteer, joins(*sentence(read_text, text))) == who


def test_who_took_part_is_told_in_a_sentence_of_its_own(read_text: ReadText) -> None:
    assert lists_who(*sentence(read_text, "They were Olaf Scholz, Mario Draghi and Emmanuel Macron."))
    assert lists_who(*sentence(read_text, "Those at the table included Olaf Scholz and Mario Draghi."))
    assert not lists_who(*sentence(read_text, "They were told by Olaf Scholz and Mario Draghi."))


def test_i_am_nobody_named(read_text: ReadText) -> None:
    assert separately(*sentence(read_text, "Yesterday I spoke with Olaf Scholz and Mario Draghi.")) == "others"
    assert separately(*sentence(read_text, "I spoke with Olaf Scholz, Mario Draghi said.")) == ""
