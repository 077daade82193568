"""What each part of the understanding is worth: a gold file, read with one part taken away at a time.

    python -m bench.ablation GOLD.jsonl [--other "without markers=FOLDER" ...]

  whole               as shipped
  rules only          no encoder: a sentence with two leaders and a word of contact is a contact that occurred, in the
                      mode of its words; resolving, dating and merging stay
  encoder only        its judgement alone: words of status, refusal and bystanders are not heard
  without coreference names and offices alone: no pronouns, plurals ("both leaders") or counterparts

`--other` adds an arm with the models of another folder (as `models/`, e.g. trained without markers). Prints a Markdown
table, one column for each arm.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.running import answers, load
from bench.scoring import Mark, collect, read_rows
from bench.tables import columns
from pipeline.domain import Mode, Status
from pipeline.understand import claims, reading
from pipeline.understand.analyse import Analyser
from pipeline.understand.candidates import Candidate, candidates
from pipeline.understand.contact_model import Judgement
from pipeline.understand.cues import LETTER, PHONE, VIDEO, has_cue
from pipeline.understand.mention import Kind

REFERRING = frozenset({Kind.PRONOUN, Kind.PLURAL, Kind.COUNTERPART})


class CueWords:
    """Stands where the encoder does and goes by words alone."""

    version = "words"

    def judge(self, candidates: Sequence[Candidate]) -> list[Judgement]:
        """One judgement a candidate, in order."""
        return [self._judge(c.target) for c in candidates]

    def _judge(self, target: str) -> Judgement:
        mode = next((m for m, words in ((Mode.VIDEO, VIDEO), (Mode.PHONE, PHONE), (Mode.LETTER, LETTER))
                     if words.search(target)), Mode.IN_PERSON)  # fmt: skip
        return Judgement(
            contact=0.95 if has_cue(target) else 0.02,
            historical=0.1,
            status=_sure(Status.OCCURRED, Status),
            mode=_sure(mode, Mode),
        )


def main() -> None:
    """Run every arm and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--other", action="append", default=[], metavar="NAME=FOLDER")
    options = parser.parse_args()
    gold, analyser = read_rows(options.gold), load()
    runs: dict[str, list[Mark]] = {"whole": score(analyser, gold, options.gold)}
    with replaced(analyser, _contacts=CueWords()):
        runs["rules only"] = score(analyser, gold, options.gold)
    with replaced(claims, weigh=lambda status, *_: dict(status), weigh_contact=lambda contact, *_: contact):
        runs["encoder only"] = score(analyser, gold, options.gold)
    with replaced(reading, candidates=_of_names(candidates)):
        runs["without coreference"] = score(analyser, gold, options.gold)
    for other in options.other:
        name, _, folder = other.rpartition("=")
        runs[name or folder] = score(load(Path(folder)), gold, options.gold)
    print(f"{analyser.version}, {len(gold)} articles\n\n{columns(runs)}")


def score(analyser: Analyser, gold: Sequence[Mapping[str, Any]], file: Path) -> list[Mark]:
    """The marks of one arm."""
    return collect(gold, answers(analyser, file))


@contextmanager
def replaced(owner: Any, **parts: Any) -> Iterator[None]:
    """Other parts in the places of an object or module. A name that is not there is an error: the arm would be a sham.

    Raises:
        AttributeError: a part has been renamed or has moved.
    """
    before = {name: getattr(owner, name) for name in parts}
    for name, part in parts.items():
        setattr(owner, name, part)
    try:
        yield
    finally:
        for name, part in before.items():
            setattr(owner, name, part)


def _of_names(every: Any) -> Any:
    def of_names(whole: Any, sentences: Any, mentions: Any, *rest: Any) -> Any:
        return every(whole, sentences, [m for m in mentions if m.kind not in REFERRING], *rest)

    return of_names


def _sure(one: Any, of: Any) -> dict[Any, float]:
    others = [m for m in of if m is not one]
    return {one: 0.9, **{m: 0.1 / len(others) for m in others}}


if __name__ == "__main__":
    main()
