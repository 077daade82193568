"""Small files that only their owner may read: generated secrets and passwords."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path` with mode 0600 from the first byte on, replacing the file as a whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)


def kept_tokens(path: Path, names: tuple[str, ...], size: int = 32) -> dict[str, str]:
    """Random tokens by name, made once and kept in `path`; a missing name is added, a loose mode is tightened."""
    try:
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        kept = {}
    except ValueError:
        # A cut-off file, e.g. of a full disk. New secrets end open UI sessions and nothing else.
        kept = {}
    missing = [name for name in names if not kept.get(name)]
    if missing:
        kept.update({name: secrets.token_urlsafe(size) for name in missing})
        write_private(path, json.dumps(kept, indent=1) + "\n")
    elif path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return kept
