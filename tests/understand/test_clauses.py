"""Which clause of a sentence tells of the two."""

import pytest

from pipeline.understand.clauses import FIRST, OTHER, SECOND, own_clause


def marked(sentence: str) -> str:
    return sentence.replace("A", FIRST).replace("B", SECOND).replace("C", OTHER)


@pytest.mark.parametrize(
    ("sentence", "clause"),
    [
        ("C is in Oslo to see C as A meets B in Rome.", "A meets B in Rome."),
        ("A meets B in Rome as Ruritania's C visits C.", "A meets B in Rome"),
        ("C in Oslo; A meets B | Storm nears coast", "A meets B"),
        ("C tours the north | A calls B", "A calls B"),
    ],
)
def test_the_clause_with_both(sentence: str, clause: str) -> None:
    assert own_clause(marked(sentence)) == marked(clause)


@pytest.mark.parametrize(
    "sentence",
    [
        "A meets C as B visits C.",
        "A meets C; B calls C",
        "A flies home | B meets the press",
        "C sees A while B hosts C.",
    ],
)
def test_clauses_that_keep_them_apart(sentence: str) -> None:
    assert own_clause(marked(sentence)) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "A met B.",
        "A met B as the sun rose over C.",
        "A lands in Oslo; B hosts a dinner",
        "A met C as B joined C for joint talks.",
        "A spoke to B as a friend of C.",
        "C, A of Ruritania; B of Sylvania",
    ],
)
def test_sentences_that_stay_whole(sentence: str) -> None:
    assert own_clause(marked(sentence)) == marked(sentence)
