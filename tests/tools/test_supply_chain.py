"""What is ours in `make audit` and `make sbom`: no false all-clear, no package left out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tools import audit, sbom
from tools.audit import Allowance, AllowFault, read_allowed, read_answer, sift

LOCK = """\
# This file was made by a program.
Some_Thing[extra]==1.2.3 ; python_full_version < '3.13' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via hotline
other==2.0 \\
    --hash=sha256:cc
"""
ANSWER = {
    "dependencies": [
        {"name": "sound", "version": "1", "vulns": []},
        {"name": "unknown", "skip_reason": "Dependency not found on PyPI and could not be audited"},
        {
            "name": "Some.Thing",
            "version": "1.2.3",
            "vulns": [
                {
                    "id": "PYSEC-2026-7",
                    "aliases": ["CVE-2026-1", "GHSA-x"],
                    "fix_versions": ["1.2.4"],
                    "description": "d",
                },
                {"id": "GHSA-y", "fix_versions": []},
            ],
        },
    ],
    "fixes": [],
}
TODAY = date(2026, 11, 25)


def test_an_answer_is_read_whole() -> None:
    findings, skipped, audited = read_answer(json.dumps(ANSWER))
    assert [str(f) for f in findings] == [
        "Some.Thing 1.2.3: PYSEC-2026-7 = CVE-2026-1 = GHSA-x; fixed in 1.2.4",
        "Some.Thing 1.2.3: GHSA-y; no fixed version yet",
    ]
    assert (skipped, audited) == (["unknown"], 2)
    for text in ("", "[]", "{}", '{"dependencies": 1}'):
        with pytest.raises((ValueError, KeyError)):
            read_answer(text)


def test_only_what_is_listed_and_in_date_passes() -> None:
    findings = read_answer(json.dumps(ANSWER))[0]
    lines = read_allowed(
        "# looked at\ncve-2026-1 some_thing 2026-11-25 we do not parse such files # by me\n"
        "GHSA-y some-thing 2026-11-24 was in date\nGHSA-z other 2027-01-01 gone\n"
    )
    failing, passed, idle = sift(findings, lines, TODAY)
    assert [f.names[0] for f in failing] == ["GHSA-y"]
    assert [(f.names[0], a.reason) for f, a in passed] == [("PYSEC-2026-7", "we do not parse such files")]
    assert [a.name for a in idle] == ["GHSA-Y", "GHSA-Z"]
    other = [Allowance("CVE-2026-1", "another", date(2027, 1, 1), "another package's")]
    assert len(sift(findings, other, TODAY)[0]) == 2


@pytest.mark.parametrize("line", ["CVE-1 requests 2026-12-31", "CVE-1 requests soon because", "CVE-1"])
def test_an_allowance_needs_a_day_and_a_reason(line: str) -> None:
    with pytest.raises(AllowFault, match=r"line 2: .*write ID, package, last day and reason"):
        read_allowed(f"\n{line}\n")


def test_the_allow_file_is_sound() -> None:
    read_allowed(audit.ALLOWED.read_text(encoding="utf-8"))


def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str, **names: object) -> int:
    """`make audit` with a stand-in for pip-audit that answers so, whatever it is asked."""
    (tmp_path / "pip_audit.py").write_text(f"print({answer!r})\n")
    (tmp_path / "lock").write_text(LOCK)
    (tmp_path / "allow").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name, value in {"LOCK": tmp_path / "lock", "ALLOWED": tmp_path / "allow", **names}.items():
        monkeypatch.setattr(audit, name, value)
    return audit.main()


def test_a_vulnerability_fails_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, json.dumps(ANSWER)) == 1
    told = capsys.readouterr().out
    assert "VULNERABLE: Some.Thing 1.2.3: PYSEC-2026-7" in told and "nothing is known of unknown" in told


def test_silence_is_no_all_clear_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mirror of the index that knows no vulnerabilities skips every package, and pip-audit says none was found."""
    mute = json.dumps({"dependencies": [{"name": "sound", "skip_reason": "not found"}], "fixes": []})
    for answer in (mute, "Traceback: no such host"):
        assert run(monkeypatch, tmp_path, answer) == 0
        assert capsys.readouterr().out.splitlines() == [
            "audit: not done: neither the package index here nor osv.dev tells of vulnerabilities"
        ]


def test_the_probe_is_the_first_package_with_all_its_hashes() -> None:
    first = audit.first_of(LOCK)
    assert first.splitlines()[0].startswith("Some_Thing[extra]==1.2.3") and first.count("--hash") == 2


def test_the_sbom_must_have_all_of_the_lock() -> None:
    def component(name: str, version: str, hashes: bool = True) -> dict[str, object]:
        references = [{"hashes": [{"alg": "SHA-256", "content": "aa"}]}] if hashes else []
        return {"name": name, "version": version, "externalReferences": references}

    assert sbom.pinned(LOCK) == {("some-thing", "1.2.3"), ("other", "2.0")}
    whole = [component("some.thing", "1.2.3"), component("other", "2.0")]
    assert sbom.missing(LOCK, json.dumps({"components": whole})) == []
    assert sbom.missing(LOCK, json.dumps({"components": whole[:1]})) == ["other==2.0"]
    assert sbom.missing(LOCK, json.dumps({"components": [whole[0], component("other", "2.1")]})) == ["other==2.0"]
    assert sbom.missing(LOCK, json.dumps({"components": [whole[0], component("other", "2.0", False)]})) == [
        "other==2.0"
    ]


def test_every_line_of_our_lock_is_understood() -> None:
    lock = audit.LOCK.read_text(encoding="utf-8")
    lines = [line for line in lock.splitlines() if "==" in line and not line.lstrip().startswith(("#", "--"))]
    assert len(sbom.pinned(lock)) == len(lines) > 100
