"""Alert rules: config/alerts.yaml read strictly, and the decision whether a contact fits a rule."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pipeline.alerts.channels import parse_recipient
from pipeline.alerts.formats import HOUSE, Formats, is_language
from pipeline.alerts.groups import ANY, Groups, GroupsError, load_groups
from pipeline.alerts.timing import latest, latest_weekday, quiet_until
from pipeline.domain import Contact, DatePrecision, Mode, Participant, Status

_COUNTRY = re.compile(r"[A-Z]{2,6}")

Name = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Who = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)]


class RulesError(ValueError):
    """config/alerts.yaml cannot be used; the message names file, rule and mend."""


def _addresses(value: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(parse_recipient(text) for text in value)
    if len({a.casefold() for a in found}) < len(found):
        raise ValueError("an address stands twice; each recipient gets one mail for a contact")
    return found


def _clock(value: object) -> object:
    # YAML 1.1 reads an unquoted 22:00 as the number 1320.
    if any(isinstance(v, int) for v in (value if isinstance(value, list) else [value])):
        raise ValueError('write times in quotes, as in "22:00"')
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{value!r} is no time zone; write one such as Europe/Paris") from None
    return value


class Delivery(StrEnum):
    """When a rule tells of a contact: at once, or of all that came together."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Rule(BaseModel):
    """One alert rule. Empty conditions hold for every contact."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    recipients: tuple[str, ...] = Field(min_length=1)
    leaders: tuple[Who, ...] = ()
    countries: tuple[str, ...] = ()
    pairs: tuple[tuple[Who, Who], ...] = ()
    groups: tuple[Who, ...] = ()
    between: tuple[Who, ...] = ()
    modes: tuple[Mode, ...] = ()
    statuses: tuple[Status, ...] = (Status.OCCURRED, Status.ONGOING)
    topics: tuple[str, ...] = ()
    min_confidence: float = Field(0.5, ge=0, le=1)
    min_families: int = Field(1, ge=1, le=50)
    max_age_days: int | None = Field(None, ge=0, le=3660)
    updates: bool = False
    delivery: Delivery = Delivery.IMMEDIATE
    at: time = time(7)
    weekday: Weekday = "monday"
    empty_digest: Literal["nothing", "line"] = "nothing"
    first_run: Literal["primed", "send"] = "primed"
    quiet_hours: tuple[time, time] | None = None
    timezone: str = "UTC"
    language: str = HOUSE
    _members: dict[str, frozenset[str]] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _know_groups(self, info: ValidationInfo) -> Rule:
        known: Groups = (info.context or {}).get("groups", {})
        for name in (*self.groups, *self.between):
            if name not in known:
                raise ValueError(f"there is no group {name!r}; known are {', '.join(known) or 'none'} (groups.yaml)")
        self._members.update(known)
        return self

    def wants(self, participants: tuple[Participant, ...]) -> bool:
        """Whether the rule asks for a contact of these people; without any condition on who, it does."""
        if not (self.leaders or self.countries or self.pairs or self.groups or self.between):
            return True
        if any(self._is(p, who) for p in participants for who in (*self.leaders, *self.countries, *self.groups)):
            return True
        if any(sum(p.country in self._members[g] for p in participants) > 1 for g in self.between):
            return True
        return any(
            self._is(one, first) and self._is(other, second)
            for first, second in self.pairs
            for one in participants
            for other in participants
            if one is not other
        )

    def _is(self, participant: Participant, who: str) -> bool:
        """Whether `who` (a name, Wikidata id, country, group, or "any") means the participant."""
        return (
            who == ANY
            or who in (participant.wikidata_id, participant.country)
            or participant.country in self._members.get(who, ())
            or who.casefold() == participant.name.casefold()
        )

    _addresses = field_validator("recipients")(_addresses)
    _clock = field_validator("quiet_hours", "at", mode="before")(_clock)
    _zone = field_validator("timezone")(_zone)

    @property
    def formats(self) -> Formats:
        """How its mails write days, times and numbers."""
        return Formats(self.language, self.timezone)

    def digest_end(self, now: datetime) -> datetime:
        """The end of the digest period that ended last, up to `now` (aware)."""
        zone = ZoneInfo(self.timezone)
        if self.delivery is Delivery.WEEKLY:
            return latest_weekday(now, WEEKDAYS.index(self.weekday), self.at, zone)
        return latest(now, self.at, zone)

    def next_digest(self, after: datetime) -> datetime:
        """The end of the digest period that `after` (aware) falls into."""
        days = 7 if self.delivery is Delivery.WEEKLY else 1
        # An hour more: the day on which summer time ends has 25.
        end = self.digest_end(after + timedelta(days=days, hours=1))
        before = self.digest_end(end - timedelta(seconds=1))
        return before if before > after else end

    def hold_seconds(self, now: datetime) -> float:
        """How long a mail written at `now` (aware) waits for the end of the rule's quiet hours; 0 outside of them."""
        if self.quiet_hours is None:
            return 0.0
        end = quiet_until(now, *self.quiet_hours, ZoneInfo(self.timezone))
        return (end - now).total_seconds() if end else 0.0

    @model_validator(mode="after")
    def _digest_settings_belong_to_digests(self) -> Rule:
        for name, needs in (("at", "daily or weekly"), ("weekday", "weekly"), ("empty_digest", "daily or weekly")):
            if name in self.model_fields_set and self.delivery.value not in needs:
                raise ValueError(f"`{name}` says when digests go out; it needs `delivery: {needs}`")
        return self

    @field_validator("language")
    @classmethod
    def _language(cls, value: str) -> str:
        if not is_language(value):
            raise ValueError(f"{value!r} is no language that dates can be written in; such as en, fr, de, es, pt-BR")
        return value

    @field_validator("weekday", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("countries")
    @classmethod
    def _codes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for code in value:
            if not _COUNTRY.fullmatch(code):
                raise ValueError(f"{code!r} is not a country code: ISO 3166-1 alpha-3 such as FRA, or EU, UN, NATO, AU")
        return value

    @field_validator("statuses")
    @classmethod
    def _happened(cls, value: tuple[Status, ...]) -> tuple[Status, ...]:
        for status in value:
            if not status.happened:
                raise ValueError(f"{status.value!r} cannot be alerted: only occurred and ongoing contacts are mailed")
        return value


class Heartbeat(BaseModel):
    """A daily sign of life: that nothing came is told, so that silence never has two meanings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipients: tuple[str, ...] = Field(min_length=1)
    at: time = time(7)
    timezone: str = "UTC"

    _addresses = field_validator("recipients")(_addresses)
    _clock = field_validator("at", mode="before")(_clock)
    _zone = field_validator("timezone")(_zone)


class Alerts(BaseModel):
    """What config/alerts.yaml holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[Rule, ...]
    heartbeat: Heartbeat | None = None

    def recipients(self) -> tuple[str, ...]:
        """All whom the rules and the heartbeat name."""
        found = [recipient for rule in self.rules for recipient in rule.recipients]
        return tuple(dict.fromkeys(found + list(self.heartbeat.recipients if self.heartbeat else ())))


def load_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of `load_alerts`, in their order."""
    return load_alerts(path).rules


def load_alerts(path: Path) -> Alerts:
    """The rules of a YAML file and whether it wants a heartbeat; groups.yaml beside it names the groups.

    Raises RulesError, with all faults at once; an absent file is one.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RulesError(f"{path}: no such file. Put config/alerts.yaml back, or set HOTLINE_ALERTS_FILE.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise RulesError(f"{path}: not readable as YAML: {fault}") from fault
    if not isinstance(raw, dict):
        raise RulesError(f"{path}: must hold a list `rules:`; for no alerts at all write `rules: []`.")
    try:
        context = {"groups": load_groups(path.with_name("groups.yaml"))}
        alerts = Alerts.model_validate(raw, context=context)
    except GroupsError as fault:
        raise RulesError(str(fault)) from fault
    except ValidationError as fault:
        raise RulesError(_explain(path, raw, fault)) from fault
    names = [rule.name for rule in alerts.rules]
    for name in names:
        if names.count(name) > 1:
            raise RulesError(f"{path}: two rules are named {name!r}; give each a name of its own.")
    return alerts


def _explain(path: Path, raw: dict[str, object], fault: ValidationError) -> str:
    """One line a fault: file, rule, field, what is wrong with what stands there, and the mend."""
    lines = []
    for error in fault.errors():
        where = list(error["loc"])
        label = ""
        if where[:1] == ["rules"] and len(where) > 1 and isinstance(where[1], int):
            rules = raw.get("rules")
            rule = rules[where[1]] if isinstance(rules, list) else None
            name = rule.get("name") if isinstance(rule, dict) else None
            label = f"rule {name!r}: " if name else f"rule no. {where[1] + 1}: "
            where = where[2:]
        field = ".".join(str(part) for part in where) or "the rule"
        message = error["msg"].removeprefix("Value error, ")
        match error["type"]:
            case "extra_forbidden":
                message = f"no such setting; known are {', '.join(Rule.model_fields)}" if label else "no such setting"
            case "string_pattern_mismatch" if field == "name":
                message = f"{error['input']!r} must be lower-case words joined by hyphens, such as leader-contacts"
            case "missing":
                message = "is missing"
        lines.append(f"{path}: {label}{field}: {message}")
    return "\n".join(lines)


def matches(rule: Rule, contact: Contact, now: datetime, max_age_days: int = 7) -> bool:
    """Whether `rule` mails `contact` at `now`. `max_age_days` counts where the rule sets none."""
    return why_not(rule, contact, now, max_age_days) is None


def why_not(rule: Rule, contact: Contact, now: datetime, max_age_days: int = 7) -> str | None:
    """What keeps `rule` from mailing `contact`, in words; None if it mails it."""
    if len(contact.participants) < 2:
        return "fewer than two leaders are named"
    if contact.historical:
        return "told as history, not as news"
    if not contact.status.happened or contact.status not in rule.statuses:
        return f"it is {contact.status.value}"
    if not rule.wants(contact.participants):
        return "none of the rule's leaders, countries, pairs or groups takes part"
    if rule.modes and contact.mode not in rule.modes:
        return f"its mode is {contact.mode.value}"
    if rule.topics and not set(rule.topics) & set(contact.topics):
        return "none of the rule's topics"
    if contact.confidence < rule.min_confidence:
        return f"confidence {contact.confidence:.2f} is below {rule.min_confidence:.2f}"
    if len(contact.families) < rule.min_families:
        return f"{len(contact.families)} independent source(s); the rule waits for {rule.min_families}"
    return _age(contact, now, max_age_days if rule.max_age_days is None else rule.max_age_days)


def _age(contact: Contact, now: datetime, most: int) -> str | None:
    """News is aged by the day of the event; where that is unknown, by its first report."""
    day = last_day(contact)
    if day is None:
        return "nothing tells when it was"
    if day > now.date() + timedelta(days=1):
        return f"its day, {day.isoformat()}, is still to come"
    if (age := (now.date() - day).days) > most:
        return f"{age} days old; the rule mails up to {most}"
    return None


def last_day(contact: Contact) -> date | None:
    """The last day on which the contact can have been: of its week or month, where only that is known.

    A week or month that is not over ends, for this purpose, with the first report.
    """
    first_report = contact.first_reported_at.date() if contact.first_reported_at else None
    if contact.occurred_on is None:
        return first_report
    if contact.date_precision is DatePrecision.WEEK:
        end = contact.occurred_on + timedelta(days=6)
    elif contact.date_precision is DatePrecision.MONTH:
        end = (contact.occurred_on.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    else:
        return contact.occurred_on
    return min(end, max(first_report, contact.occurred_on)) if first_report else end
