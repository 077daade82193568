"""Who sought a contact, read from marked text."""

import pytest

from pipeline.understand.clauses import FIRST, SECOND
from pipeline.understand.initiator import find_initiator


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("A called B on Friday.", FIRST),
        ("A, who is in hospital, telephoned B.", FIRST),
        ("A has again phoned B.", FIRST),
        ("A took a call from B.", SECOND),
        ("On Sunday A received a telephone call from B.", SECOND),
        ("A spoke by phone with B at the request of B.", SECOND),
        ("At the initiative of A, a call took place with B.", FIRST),
        ("At B's request, A spoke with him.", SECOND),
        ("The conversation of A and B was initiated by B.", SECOND),
        ("A wrote to B.", FIRST),
        ("A was handed a letter from B.", SECOND),
        ("At the request of the Ruritanian side, A spoke with B.", "Ruritanian"),
    ],
)
def test_who_sought_it(text: str, who: str) -> None:
    marked = text.replace("A ", f"{FIRST} ").replace("A,", f"{FIRST},").replace("B", SECOND)
    assert find_initiator(marked) == who


@pytest.mark.parametrize(
    "text", ["A and B spoke by phone.", "A called for talks with B.", "A met B.", "A called B's plan mad"]
)
def test_nobody_is_said_to_have_sought_it(text: str) -> None:
    found = find_initiator(text.replace("A ", f"{FIRST} ").replace("B", SECOND))
    assert found is None
