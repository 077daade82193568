"""config/groups.yaml: read strictly, of codes that the registry knows."""

from pathlib import Path

import pytest

from pipeline.alerts.groups import GroupsError, load_groups
from pipeline.alerts.rules import RulesError, load_rules
from pipeline.settings import ROOT
from pipeline.understand.registry import Registry


def test_the_shipped_groups_name_countries_that_the_registry_knows() -> None:
    known = set(Registry.load(ROOT / "config" / "leaders").countries)
    groups = load_groups(ROOT / "config" / "groups.yaml")
    assert {name: members - known for name, members in groups.items() if members - known} == {}
    assert (len(groups["G7"] - {"EU"}), len(groups["EU27"] - {"EU"}), len(groups["NATO32"] - {"NATO"})) == (7, 27, 32)


def test_without_a_file_there_are_no_groups(tmp_path: Path) -> None:
    assert load_groups(tmp_path / "groups.yaml") == {}


FAULTS = {
    "no list": ("groups: {E3: FRA}", "E3: it needs a list of country codes"),
    "empty": ("groups: {E3: []}", "E3: it needs a list"),
    "Norway read as no": ("groups: {Cold: [ISL, NO]}", "Cold: False is not a country code"),
    "a name in words": ("groups: {E3: [France]}", "E3: 'France' is not a country code"),
    "everybody": ("groups: {Any: [FRA]}", "'Any' is no name for a group"),
    "another key": ("groups: {E3: [FRA]}\nrules: []", "must hold `groups:` alone"),
    "not YAML": ("groups: [", "not readable as YAML"),
}


@pytest.mark.parametrize(("text", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_names_file_group_and_mend(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "groups.yaml"
    file.write_text(text)
    with pytest.raises(GroupsError) as fault:
        load_groups(file)
    assert str(fault.value).startswith(str(file)) and told in str(fault.value)


def test_rules_learn_of_the_groups_beside_them_and_unknown_ones_are_named(tmp_path: Path) -> None:
    (tmp_path / "groups.yaml").write_text("groups: {E3: [DEU, FRA, GBR]}")
    rules = tmp_path / "alerts.yaml"
    rules.write_text("rules: [{name: three, recipients: [a@example.org], between: [E3]}]")
    assert load_rules(rules)[0].between == ("E3",)
    rules.write_text("rules: [{name: three, recipients: [a@example.org], groups: [E4]}]")
    with pytest.raises(RulesError, match=r"rule .three.: .*there is no group 'E4'; known are E3"):
        load_rules(rules)
