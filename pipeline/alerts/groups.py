"""Groups of countries that alert rules may name: config/groups.yaml, read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

Groups = Mapping[str, frozenset[str]]

# Short, so that nobody takes a group's name for a person's; "any" means everybody in a rule.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,30}")
_CODE = re.compile(r"[A-Z]{2,6}")
ANY = "any"


class GroupsError(ValueError):
    """config/groups.yaml cannot be used; the message names file, group and mend."""


def load_groups(path: Path) -> dict[str, frozenset[str]]:
    """Members (country codes) by the group's name; an absent file means no groups. Raises GroupsError."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise GroupsError(f"{path}: not readable as YAML: {fault}") from fault
    groups = raw.get("groups") if isinstance(raw, dict) else None
    if not isinstance(groups, dict) or len(raw) > 1:
        raise GroupsError(f"{path}: must hold `groups:` alone, each a name with a list of country codes.")
    return {_name(path, name): _members(path, name, members) for name, members in groups.items()}


def _name(path: Path, name: object) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name.casefold() == ANY:
        raise GroupsError(f"{path}: {name!r} is no name for a group: letters, digits, - and _, and not `{ANY}`.")
    return name


def _members(path: Path, name: object, members: object) -> frozenset[str]:
    # YAML reads NO as false: said here, for it is the trap everybody falls into.
    codes = members if isinstance(members, list) else []
    bad = [c for c in codes if not (isinstance(c, str) and _CODE.fullmatch(c))]
    if bad or not codes:
        told = f"{bad[0]!r} is not a country code" if bad else "it needs a list of country codes"
        raise GroupsError(f"{path}: group {name}: {told}: ISO 3166-1 alpha-3 such as NOR, or EU, UN, NATO, AU.")
    return frozenset(codes)
