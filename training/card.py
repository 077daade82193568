"""Writes model.json: what a model folder holds, how good it is, and the hash of every file. Needs no torch."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


def write_card(folder: Path, kind: str, max_tokens: int, **rest: Any) -> dict[str, Any]:
    """Write `folder`/model.json over the files that lie there; `rest` are labels, temperatures, metrics and the like.

    The version is a short hash of the files and of all that sways the output, so a version names one behaviour.
    """
    names = ["model.onnx", *TOKENIZER_FILES, *sorted(p.name for p in folder.glob("*.npz"))]
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    behaviour = {
        "files": files,
        "max_tokens": max_tokens,
        **{k: v for k, v in rest.items() if k not in ("metrics", "probes")},
    }
    digest = hashlib.sha256(json.dumps(behaviour, sort_keys=True).encode()).hexdigest()[:8]
    card = {"kind": kind, "version": f"{kind}-{digest}", "max_tokens": max_tokens, **rest, "files": files}
    (folder / "model.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card
