"""Known vulnerabilities of what requirements.lock pins: `make audit`.

Asks the package index, else OSV, by pip-audit. Neither may be reachable, and a mirror of the index may have no such
data: then that is said in one line, and nothing fails. A vulnerability fails, unless tools/audit-allow.txt has it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK, ALLOWED = ROOT / "requirements.lock", Path(__file__).with_name("audit-allow.txt")
SERVICES = {"pypi": "the package index", "osv": "osv.dev"}
PROBE_SECONDS, SECONDS = 10, 120


class AllowFault(ValueError):
    """A line of the allow file that cannot be read; the message names it and the mend."""


@dataclass(frozen=True)
class Finding:
    """One vulnerability of one package: all its names (CVE, GHSA, PYSEC), and the versions without it."""

    package: str
    version: str
    names: tuple[str, ...]
    fixed: tuple[str, ...]

    def __str__(self) -> str:
        mend = f"fixed in {', '.join(self.fixed)}" if self.fixed else "no fixed version yet"
        return f"{self.package} {self.version}: {' = '.join(self.names)}; {mend}"


@dataclass(frozen=True)
class Allowance:
    """A vulnerability that was looked at and does not concern us, until a day."""

    name: str
    package: str
    until: date
    reason: str


def read_allowed(text: str) -> list[Allowance]:
    """Lines of ID, package, last day, reason; # begins a comment. Raises AllowFault."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].strip().split(maxsplit=3)
        if not words:
            continue
        try:
            name, package, until, reason = words
            found.append(Allowance(name.upper(), plain(package), date.fromisoformat(until), reason))
        except ValueError:
            raise AllowFault(
                f"line {number}: {line.strip()!r}: write ID, package, last day and reason: "
                "CVE-2026-1234 requests 2026-12-31 we never follow such redirects"
            ) from None
    return found


def read_answer(text: str) -> tuple[list[Finding], list[str], int]:
    """Of pip-audit's JSON: what was found, which packages nothing is known of, how many were audited.

    Raises ValueError for what is no such answer.
    """
    told = json.loads(text)
    packages = told["dependencies"] if isinstance(told, dict) else None
    if not isinstance(packages, list):
        raise ValueError("no list of dependencies")
    findings, skipped, audited = [], [], 0
    for one in packages:
        if "skip_reason" in one:
            skipped.append(str(one["name"]))
            continue
        audited += 1
        findings += [_finding(one, vulnerability) for vulnerability in one["vulns"]]
    return findings, skipped, audited


def _finding(one: dict[str, Any], vulnerability: dict[str, Any]) -> Finding:
    names = dict.fromkeys([vulnerability["id"], *vulnerability.get("aliases", ())])
    return Finding(one["name"], one["version"], tuple(names), tuple(vulnerability.get("fix_versions", ())))


def sift(
    findings: Iterable[Finding], allowed: Iterable[Allowance], today: date
) -> tuple[list[Finding], list[tuple[Finding, Allowance]], list[Allowance]]:
    """(what fails, what is allowed and by which line, lines that allow nothing or no longer)."""
    failing, passed, used = [], [], []
    lines = list(allowed)
    for finding in findings:
        names = {name.upper() for name in finding.names}
        match = next(
            (a for a in lines if a.name in names and a.package == plain(finding.package) and today <= a.until), None
        )
        if match is None:
            failing.append(finding)
        else:
            passed.append((finding, match))
            used.append(match)
    return failing, passed, [line for line in lines if line not in used]


def plain(package: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", package).lower()


def first_of(lock: str) -> str:
    """The first package of a lock with its hashes: a lock of its own."""
    found = re.search(r"^[A-Za-z0-9][^\n]*==(?:[^\n]*\\\n)*[^\n]*\n", lock, re.MULTILINE)
    if found is None:
        raise ValueError("requirements.lock pins nothing")
    return found.group()


def ask(lock: Path, service: str, seconds: float) -> tuple[list[Finding], list[str], int] | None:
    """pip-audit's answer; None where there is none in time, or of no package anything is known."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(lock), "--disable-pip", "--require-hashes"]
    command += ["--format", "json", "--progress-spinner", "off", "--vulnerability-service", service]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
        answer = read_answer(done.stdout)
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return None
    return answer if answer[2] else None


def main() -> int:
    """Print what was found; the exit status."""
    try:
        allowed = read_allowed(ALLOWED.read_text(encoding="utf-8"))
    except AllowFault as fault:
        print(f"audit: {ALLOWED.name}, {fault}")
        return 1
    with tempfile.TemporaryDirectory() as place:
        probe = Path(place) / "probe.txt"
        probe.write_text(first_of(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
        # One package first: where nobody answers, that is known in seconds.
        service = next((s for s in SERVICES if ask(probe, s, PROBE_SECONDS) is not None), None)
    answer = ask(LOCK, service, SECONDS) if service else None
    if service is None or answer is None:
        print("audit: not done: neither the package index here nor osv.dev tells of vulnerabilities")
        return 0
    findings, skipped, audited = answer
    today = datetime.now().astimezone().date()
    failing, passed, idle = sift(findings, allowed, today)
    for finding, line in passed:
        print(f"audit: allowed until {line.until}: {finding} ({line.reason})")
    for line in idle:
        print(f"audit: {ALLOWED.name}: {line.name} {line.package} allows nothing (any more): take the line out")
    if skipped:
        print(f"audit: nothing is known of {', '.join(skipped[:10])}{' and others' if len(skipped) > 10 else ''}")
    for finding in failing:
        print(f"audit: VULNERABLE: {finding}")
    print(f"audit: {audited} packages by {SERVICES[service]}: {len(failing)} vulnerabilities, {len(passed)} allowed")
    return 1 if failing else 0


if __name__ == "__main__":
    raise SystemExit(main())
