"""What people decided in review, as far as it binds the clustering of reports."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rulings:
    """Decisions over report ids; ids that are not among the reports at hand bind nobody.

    - `together`: all reports of such a set are one contact, whatever speaks against it, unless they are `apart`.
    - `apart`: no two reports of such a set are one contact, whatever speaks for it. Usually pairs.
    - `rejected`: reports of contacts that were found to be none. They are clustered like all others, and then a cluster
      of which at least half is rejected makes no contact: a late copy of the same error does not bring it back, and a
      true contact that one of them is drawn into stays.
    """

    together: frozenset[frozenset[int]] = frozenset()
    apart: frozenset[frozenset[int]] = frozenset()
    rejected: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.together or self.apart or self.rejected)

    def forbids(self, one: Collection[int], other: Collection[int]) -> bool:
        """Whether some report of `one` must stay apart from some report of `other`."""
        mine, theirs = set(one), set(other)
        return any(
            not kept.isdisjoint(mine) and not kept.isdisjoint(theirs) and len(kept & (mine | theirs)) > 1
            for kept in self.apart
        )

    def rejects(self, reports: Collection[int]) -> bool:
        """Whether a cluster of these reports makes no contact."""
        return bool(reports) and 2 * sum(r in self.rejected for r in reports) >= len(reports)

    def groups(self, reports: Collection[int]) -> Iterator[frozenset[int]]:
        """The sets of two or more of `reports` that have to be one contact."""
        present = frozenset(reports)
        for bound in sorted(self.together, key=sorted):
            if len(bound & present) > 1:
                yield bound & present


NONE: Final = Rulings()
