"""What the commands of `hotline alerts` share: the rules, the warehouse, and faults told without a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.alerts.rules import Rule
    from pipeline.warehouse.connect import Connection


class Fault(Exception):
    """What the user can mend; printed without a traceback."""


@contextmanager
def faults(terminal: Terminal) -> Iterator[None]:
    """A Fault or a broken file of config/ ends the command with status 1 and its message."""
    from pipeline.alerts.rules import RulesError

    with terminal.faults():
        try:
            yield
        except (Fault, RulesError) as fault:
            terminal.say(str(fault))
            raise typer.Exit(1) from None


@contextmanager
def warehouse() -> Iterator[Connection]:
    """A connection to the installation's warehouse, committed at the end."""
    from pipeline.settings import get_settings
    from pipeline.stages.context import StageContext

    with StageContext.open(get_settings()).connection() as connection:
        yield connection


def load() -> tuple[Rule, ...]:
    """The rules of config/alerts.yaml."""
    from pipeline.alerts.rules import load_rules
    from pipeline.settings import get_settings

    return load_rules(get_settings().alerts_file)


def choose(rules: tuple[Rule, ...], name: str) -> Rule:
    """The rule of that name. Raises Fault."""
    for rule in rules:
        if rule.name == name:
            return rule
    raise Fault(f"No rule is named {name!r}; there are: {', '.join(r.name for r in rules) or 'none'}.")
