"""Which contact id each cluster of reports bears."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence

_NAMESPACE = uuid.UUID("8f1d6c1e-3a55-5a0c-9d57-5d1f6c0e7a11")


def assign(clusters: Sequence[Sequence[int]], known: Mapping[int, str]) -> list[str]:
    """One id for each cluster of report ids.

    An id already given stays with the cluster that holds most of its reports; of equals, with the one that holds the
    earliest of them. A cluster in which several contacts met keeps the one with most reports, likewise. The rest get
    an id made from their smallest report id, so that a repeated run makes the same.
    """
    claims = []
    for index, members in enumerate(clusters):
        counts = Counter(known[r] for r in members if r in known)
        for contact_id, count in counts.items():
            earliest = min(r for r in members if known.get(r) == contact_id)
            claims.append((-count, earliest, index, contact_id))
    given: dict[int, str] = {}
    used: set[str] = set()
    for _, _, index, contact_id in sorted(claims):
        if index not in given and contact_id not in used:
            given[index] = contact_id
            used.add(contact_id)
    # An id that lost its reports to a neighbour is not given to something else.
    used |= set(known.values())
    result = []
    for index, members in enumerate(clusters):
        if index not in given:
            given[index] = _fresh(min(members), used)
            used.add(given[index])
        result.append(given[index])
    return result


def _fresh(report_id: int, used: set[str]) -> str:
    name = str(report_id)
    while (made := str(uuid.uuid5(_NAMESPACE, name))) in used:
        name += "'"
    return made
