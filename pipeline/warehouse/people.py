"""Participants as rows: of reports and of contacts alike."""

from __future__ import annotations

from pipeline.domain import Participant
from pipeline.warehouse.text import storable, storable_or_none


def person_key(participant: Participant) -> str:
    """What makes two participants one person: the Wikidata id, or name and country where there is none."""
    return storable(participant.wikidata_id or f"{participant.name}|{participant.country}")


def participant_row(participant: Participant) -> tuple[str, str, str, str | None, str]:
    """(person_key, name, country, wikidata_id, office)."""
    return (
        person_key(participant),
        storable(participant.name),
        storable(participant.country),
        storable_or_none(participant.wikidata_id),
        storable(participant.office),
    )
