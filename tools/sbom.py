"""What we are made of, as CycloneDX: `make sbom` writes build/sbom.json, valid, and with all of the lock in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pinned(lock: str) -> set[tuple[str, str]]:
    """Name (PEP 503) and version of what a lock pins: of some packages two, for two versions of Python."""
    found = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", lock, re.MULTILINE)
    return {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in found}


def missing(lock: str, sbom: str) -> list[str]:
    """What a lock pins and an SBOM does not have, or in another version, or without a hash."""
    told = json.loads(sbom)
    has = {
        (re.sub(r"[-_.]+", "-", one["name"]).lower(), one["version"])
        for one in told.get("components", ())
        if any(reference.get("hashes") for reference in one.get("externalReferences", ()))
    }
    return [f"{name}=={version}" for name, version in sorted(pinned(lock) - has)]


def main() -> int:
    """Write and check; the exit status."""
    lock, path = ROOT / "requirements.lock", ROOT / "build" / "sbom.json"
    path.parent.mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "cyclonedx_py",
        "requirements",
        str(lock),
        "--pyproject",
        str(ROOT / "pyproject.toml"),
    ]
    command += ["--mc-type", "application", "--of", "JSON", "--output-reproducible", "--validate", "-o", str(path)]
    # The lock has no tree of who needs whom, which is warned of each time.
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONWARNINGS": "ignore"}
    )
    if done.returncode != 0:
        print(f"sbom: cyclonedx-py failed:\n{done.stderr.strip()}")
        return 1
    text = lock.read_text(encoding="utf-8")
    if lost := missing(text, path.read_text(encoding="utf-8")):
        print(f"sbom: {path.relative_to(ROOT)} lacks {', '.join(lost[:10])}")
        return 1
    print(f"sbom: {len(pinned(text))} packages in {path.relative_to(ROOT)}, valid")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
