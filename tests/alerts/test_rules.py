"""config/alerts.yaml is read strictly, and a rule decides as its words say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.alerts.rules import Rule, RulesError, load_rules, matches, why_not
from pipeline.domain import Contact, DatePrecision, Mode, Status

NOW = datetime(2022, 2, 16, 6, tzinfo=UTC)
SHIPPED = Path(__file__).parents[2] / "config" / "alerts.yaml"
Build = Callable[..., Contact]


GROUPS = {"P5": frozenset({"CHN", "FRA", "GBR", "RUS", "USA"}), "E3": frozenset({"DEU", "FRA", "GBR"})}


def rule(**conditions: Any) -> Rule:
    whole = {"name": "a-rule", "recipients": ["a@example.org"], **conditions}
    return Rule.model_validate(whole, context={"groups": GROUPS})


def test_the_shipped_file_mails_every_new_contact_to_the_local_mailbox(contact: Build) -> None:
    (shipped,) = load_rules(SHIPPED)
    assert shipped.recipients == ("alerts@localhost",)
    assert matches(shipped, contact(), NOW)


FITS = {
    "no condition": {},
    "a leader by name": {"leaders": ["emmanuel macron"]},
    "a leader by Wikidata id": {"leaders": ["Q7747"]},
    "a country": {"countries": ["RUS"]},
    "a pair of countries": {"pairs": [["RUS", "FRA"]]},
    "a leader and a country": {"pairs": [["Emmanuel Macron", "RUS"]]},
    "one of several who": {"countries": ["USA"], "leaders": ["Q7747"]},
    "a pair of a country and anybody": {"pairs": [["FRA", "any"]]},
    "a pair of a group and a country": {"pairs": [["E3", "RUS"]]},
    "a member of a group": {"groups": ["E3"]},
    "two members of a group": {"between": ["E3", "P5"]},
    "a mode": {"modes": ["phone", "video"]},
    "a topic": {"topics": ["trade", "deescalation_talks"]},
    "enough confidence": {"min_confidence": 0.98},
    "young enough": {"max_age_days": 4},
}


@pytest.mark.parametrize("conditions", FITS.values(), ids=FITS)
def test_fits(conditions: dict[str, Any], contact: Build) -> None:
    assert matches(rule(**conditions), contact(), NOW)


FITS_NOT = {
    "another leader": ({"leaders": ["Joe Biden"]}, "none of the rule's leaders"),
    "another country": ({"countries": ["USA"]}, "none of the rule's leaders"),
    "a pair of which one takes part": ({"pairs": [["FRA", "USA"]]}, "none of the rule's leaders"),
    "one leader twice is no pair": ({"pairs": [["FRA", "Emmanuel Macron"]]}, "none of the rule's leaders"),
    "two of a group, of which one takes part": ({"between": ["E3"]}, "none of the rule's leaders"),
    "a pair of another country and anybody": ({"pairs": [["DEU", "any"]]}, "none of the rule's leaders"),
    "too few independent sources": ({"min_families": 9}, "2 independent source(s); the rule waits for 9"),
    "another mode": ({"modes": ["letter"]}, "its mode is phone"),
    "under way only": ({"statuses": ["ongoing"]}, "it is occurred"),
    "another topic": ({"topics": ["trade"]}, "none of the rule's topics"),
    "too little confidence": ({"min_confidence": 0.99}, "confidence 0.98 is below 0.99"),
    "too old": ({"max_age_days": 3}, "4 days old"),
}


@pytest.mark.parametrize(("conditions", "reason"), FITS_NOT.values(), ids=FITS_NOT)
def test_fits_not_and_says_why(conditions: dict[str, Any], reason: str, contact: Build) -> None:
    assert (why_not(rule(**conditions), contact(), NOW) or "").startswith(reason)


@pytest.mark.parametrize("status", [s for s in Status if not s.happened])
def test_what_did_not_happen_is_never_mailed(status: Status, contact: Build) -> None:
    assert not matches(rule(), contact(status=status), NOW)


def test_history_is_never_mailed(contact: Build) -> None:
    assert not matches(rule(), contact(historical=True), NOW)


def test_a_visit_without_a_named_host_is_not_mailed(contact: Build) -> None:
    call = contact()
    assert not matches(rule(), contact(mode=Mode.VISIT, participants=call.participants[:1]), NOW)


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True),
        ({"occurred_on": date(2022, 2, 9)}, True),
        ({"occurred_on": date(2022, 2, 8)}, False),
        ({"occurred_on": date(2022, 2, 17)}, True),
        ({"occurred_on": date(2022, 2, 18)}, False),
        ({"occurred_on": None, "date_precision": None}, True),
        ({"occurred_on": None, "date_precision": None, "first_reported_at": datetime(2022, 2, 1, tzinfo=UTC)}, False),
        ({"occurred_on": None, "date_precision": None, "first_reported_at": None}, False),
        ({"occurred_on": date(2022, 2, 7), "date_precision": DatePrecision.WEEK}, True),
        ({"occurred_on": date(2022, 1, 24), "date_precision": DatePrecision.WEEK}, False),
        ({"occurred_on": date(2022, 2, 1), "date_precision": DatePrecision.MONTH}, True),
        ({"occurred_on": date(2022, 1, 1), "date_precision": DatePrecision.MONTH}, False),
        ({"occurred_on": date(2021, 12, 1), "date_precision": DatePrecision.MONTH}, False),
    ],
)
def test_age_counts_from_the_event_else_from_its_first_report(
    changes: dict[str, Any], fits: bool, contact: Build
) -> None:
    assert matches(rule(max_age_days=7), contact(**changes), NOW) is fits


def test_the_setting_s_age_holds_where_the_rule_gives_none(contact: Build) -> None:
    assert not matches(rule(), contact(), NOW, max_age_days=3)
    assert matches(rule(max_age_days=9), contact(), NOW, max_age_days=3)


def test_an_empty_list_means_no_alerts(tmp_path: Path) -> None:
    file = tmp_path / "alerts.yaml"
    file.write_text("rules: []\n")
    assert load_rules(file) == ()


BROKEN = {
    "no file": (None, "no such file"),
    "no yaml": ("rules: [", "not readable as YAML"),
    "not a mapping": ("- a\n", "must hold a list `rules:`"),
    "empty": ("", "must hold a list `rules:`"),
    "no rules": ("rule: []\n", "rules: is missing"),
    "a misspelt setting": (
        "rules: [{name: calls, recipients: [a@b.org], mode: [phone]}]",
        "rule 'calls': mode: no such setting; known are name, recipients",
    ),
    "a bad mode": ("rules: [{name: calls, recipients: [a@b.org], modes: [fax]}]", "rule 'calls': modes.0: Input"),
    "no recipients": ("rules: [{name: calls, recipients: []}]", "rule 'calls': recipients: Tuple should have"),
    "no recipients key": ("rules: [{name: calls}]", "rule 'calls': recipients: is missing"),
    "no name": ("rules: [{recipients: [a@b.org]}]", "rule no. 1: name: is missing"),
    "a name with spaces": (
        "rules: [{name: My Rule, recipients: [a@b.org]}]",
        "rule 'My Rule': name: 'My Rule' must be lower-case",
    ),
    "a bad address": ("rules: [{name: c, recipients: ['a b@c.org']}]", "'a b@c.org' is not an e-mail address"),
    "an address with a line end": ('rules: [{name: c, recipients: ["a@b.org\\nBcc: x@y.z"]}]', "is not an e-mail"),
    "an address twice": ("rules: [{name: c, recipients: [a@b.org, A@b.org]}]", "an address stands twice"),
    "a bad country": ("rules: [{name: c, recipients: [a@b.org], countries: [France]}]", "'France' is not a country"),
    "a status that cannot be mailed": (
        "rules: [{name: c, recipients: [a@b.org], statuses: [planned]}]",
        "'planned' cannot be alerted",
    ),
    "a bad confidence": ("rules: [{name: c, recipients: [a@b.org], min_confidence: 2}]", "min_confidence: Input"),
    "two of one name": (
        "rules: [{name: c, recipients: [a@b.org]}, {name: c, recipients: [d@b.org]}]",
        "two rules are named 'c'",
    ),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_file_rule_and_fault(text: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "alerts.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(RulesError) as refused:
        load_rules(file)
    assert str(refused.value).startswith(str(file))
    assert message in str(refused.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "alerts.yaml"
    file.write_text("rules: [{name: a, recipients: []}, {name: b, recipients: [x]}]")
    with pytest.raises(RulesError) as refused:
        load_rules(file)
    assert len(str(refused.value).splitlines()) == 2


def test_quiet_hours_hold_a_mail_back_until_they_end() -> None:
    night = rule(quiet_hours=["22:00", "06:30"], timezone="Europe/Paris")
    assert night.hold_seconds(datetime(2022, 2, 16, 3, tzinfo=UTC)) == 2.5 * 3600
    assert night.hold_seconds(NOW.replace(hour=12)) == 0
    assert rule().hold_seconds(NOW) == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("quiet_hours: [22:00, 06:30]", 'write times in quotes, as in "22:00"'),
        ("timezone: Paris", "'Paris' is no time zone; write one such as Europe/Paris"),
        ("timezone: ../../etc/passwd", "is no time zone"),
    ],
)
def test_times_that_cannot_be_read_are_refused(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "alerts.yaml"
    file.write_text(f"rules:\n- name: night\n  recipients: [a@example.org]\n  {text}\n")
    with pytest.raises(RulesError) as fault:
        load_rules(file)
    assert "rule 'night'" in str(fault.value) and told in str(fault.value)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"weekday": "friday"}, "needs `delivery: weekly`"),
        ({"delivery": "daily", "weekday": "friday"}, "needs `delivery: weekly`"),
        ({"at": "08:00"}, "needs `delivery: daily or weekly`"),
        ({"delivery": "daily", "at": 480}, 'write times in quotes, as in "22:00"'),
        ({"delivery": "hourly"}, "'immediate', 'daily' or 'weekly'"),
        ({"language": "klingon"}, "'klingon' is no language that dates can be written in"),
        ({"first_run": "all"}, "'primed' or 'send'"),
    ],
)
def test_settings_of_digests_and_first_runs_that_mean_nothing_are_refused(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match="1 validation error") as refused:
        rule(**settings)
    assert told in str(refused.value)


def test_a_weekly_digest_as_people_write_it() -> None:
    made = rule(delivery="weekly", weekday="Friday", at="18:30", timezone="Europe/Paris", language="fr")
    friday = datetime(2022, 2, 18, 17, 30, tzinfo=UTC)
    assert made.digest_end(friday) == friday
    assert made.formats.language == "fr"


def test_the_examples_of_the_shipped_file_work_when_their_marks_are_taken_away(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    (tmp_path / "groups.yaml").write_text(SHIPPED.with_name("groups.yaml").read_text(encoding="utf-8"))
    rules = text[text.index("\nrules:") :]
    (tmp_path / "alerts.yaml").write_text(re.sub(r"(?m)^#(?=  (?:- |  ))|^# (?=heartbeat:)", "", rules))
    found = load_rules(tmp_path / "alerts.yaml")
    assert [(r.name, r.delivery) for r in found] == [
        ("leader-contacts", "immediate"),
        ("morning-digest", "daily"),
        ("week-of-the-g7", "weekly"),
    ]
