"""The contact model, on its real files and marked sentences of our own."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.domain import Mode, Status
from pipeline.settings import ROOT
from pipeline.understand.candidates import Candidate
from pipeline.understand.contact_model import ContactModel, Judgement
from pipeline.understand.encoder import ModelError

A, B, C = "[unused1]", "[unused2]", "[unused3]"


@pytest.fixture(scope="module")
def model() -> ContactModel:
    return ContactModel.load(ROOT / "models", threads=2)


def marked(target: str, context: str = "") -> Candidate:
    return Candidate("first", "second", 0, target, context)


def judge(model: ContactModel, target: str, context: str = "") -> Judgement:
    return model.judge([marked(target, context)])[0]


def best(shares: dict) -> object:
    return max(shares, key=lambda k: shares[k])


HAPPENED = [
    (f"{A} spoke by telephone with {B} on Saturday for an hour.", Mode.PHONE),
    (f"{A} held a phone call with {B}, the presidential office said.", Mode.PHONE),
    (f"{A} and {B} spoke by video link on Tuesday.", Mode.VIDEO),
    (f"{A} received {B} at the presidential palace on Monday; they talked for three hours.", None),
    (f"{A} met {B} on the sidelines of the summit in Geneva.", None),
    (f"{A} sent a letter to {B}, who replied within the week.", Mode.LETTER),
]


@pytest.mark.parametrize(("target", "mode"), HAPPENED)
def test_a_contact_that_was_held(model: ContactModel, target: str, mode: Mode | None) -> None:
    found = judge(model, target)
    assert found.contact > 0.5
    assert best(found.status) is Status.OCCURRED
    assert found.historical < 0.5
    if mode:
        assert best(found.mode) is mode


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (f"{A} will speak by telephone with {B} on Monday, his office announced.", Status.PLANNED),
        (f"{A} will travel to the capital next week to meet {B}.", Status.PLANNED),
        (f"{A} invited {B} to talks in the capital; there has been no reply.", Status.PROPOSED),
        (f"{A} called off a planned meeting with {B}.", Status.CANCELLED),
        (f"The office of {A} denied that he had spoken to {B} by phone.", Status.DENIED),
    ],
)
def test_what_became_of_it(model: ContactModel, target: str, status: Status) -> None:
    found = judge(model, target)
    assert found.contact > 0.5
    assert best(found.status) is status


@pytest.mark.parametrize(
    "target",
    [
        f"{A} accused {B} of breaking the treaty.",
        f"{A} sent his foreign minister to meet {B}'s envoy.",
        f"{A} said that he expected {B} to withdraw his troops.",
        f"The foreign ministers of the two countries spoke by phone, while {A} and {B} stayed silent.",
        f"{A} and {B} both won elections last year.",
        f"Shares rose as investors weighed the remarks of {A} and {B} on trade.",
    ],
)
def test_no_contact(model: ContactModel, target: str) -> None:
    assert judge(model, target).contact < 0.5


def test_an_old_summit_is_history(model: ContactModel) -> None:
    old = judge(model, f"In 1986 {A} and {B} met in Reykjavik, a summit that historians still argue about.")
    new = judge(model, f"{A} and {B} met in Reykjavik on Monday.")
    assert old.historical > 0.5 > new.historical


def test_shares_are_probabilities_over_the_whole_vocabulary(model: ContactModel) -> None:
    found = judge(model, HAPPENED[0][0])
    assert set(found.status) == set(Status)
    assert set(found.mode) == set(Mode)
    assert sum(found.status.values()) == pytest.approx(1, abs=1e-5)
    assert sum(found.mode.values()) == pytest.approx(1, abs=1e-5)
    assert 0 <= found.contact <= 1 and 0 <= found.historical <= 1


def test_order_and_company_do_not_sway_a_judgement(model: ContactModel) -> None:
    texts = [t for t, _ in HAPPENED] * 2
    together = model.judge([marked(t) for t in texts])
    assert together[: len(HAPPENED)] == together[len(HAPPENED) :]
    assert together[2] == judge(model, texts[2])


def test_the_context_is_read(model: ContactModel) -> None:
    held = judge(model, "The conversation lasted an hour.", f"{A} telephoned {B} on Monday.")
    none = judge(model, "The conversation lasted an hour.", f"{A} criticised {B}; his minister telephoned an envoy.")
    assert held.contact > none.contact


def test_nothing_to_judge(model: ContactModel) -> None:
    assert model.judge([]) == []


def test_int8_says_what_the_full_network_says(model: ContactModel) -> None:
    card = json.loads((ROOT / "models" / "contacts" / "model.json").read_text())
    heat = card["temperatures"]["contact"]
    for probe in card["probes"]:
        expected = 1 / (1 + np.exp(-probe["logits"][0] / heat))
        assert judge(model, probe["target"], probe["context"]).contact == pytest.approx(expected, abs=0.1)


def test_the_version_is_short_and_named(model: ContactModel) -> None:
    assert model.version.startswith("contacts-")
    assert len(model.version) <= 20


def test_labels_that_are_not_ours_are_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "models" / "contacts", tmp_path / "contacts")
    file = tmp_path / "contacts" / "model.json"
    file.write_text(file.read_text().replace('"ongoing"', '"under way"'))
    with pytest.raises(ModelError, match="labels or temperatures"):
        ContactModel.load(tmp_path, threads=1)


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"docs/models\.md"):
        ContactModel.load(tmp_path, threads=1)
