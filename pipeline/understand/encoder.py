"""Runs an exported transformer (ONNX, int8) with the tokenizer that lies beside it; needs no torch.

A model folder holds `model.onnx`, the tokenizer's files and `model.json`: labels, temperatures, version, metrics
and the SHA-256 of every file, which is checked when the folder is loaded.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A tokenizer that has used its own thread pool warns, and may hang, once Airflow forks the process.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")  # "PyTorch was not found" is no news here

Array = NDArray[np.float32]


class ModelError(RuntimeError):
    """A model folder is missing, incomplete, damaged or of another make; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A checked model folder; `card` is the content of its model.json."""

    path: Path
    version: str
    max_tokens: int
    card: dict[str, Any]

    @classmethod
    def open(cls, path: Path, kind: str) -> ModelFolder:
        """Check the folder against its model.json. Raises ModelError with the file and the mend."""
        card_file = path / "model.json"
        try:
            card = json.loads(card_file.read_text(encoding="utf-8"))
            files, version, max_tokens = dict(card["files"]), str(card["version"]), int(card["max_tokens"])
        except FileNotFoundError:
            raise ModelError(f"{card_file}: no such file, so there is no model to run. {_mend(path)}") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{card_file}: not a readable model card ({error!r}). {_mend(path)}") from error
        if card.get("kind") != kind:
            raise ModelError(
                f"{card_file}: a model of kind {card.get('kind')!r}, but {kind!r} is wanted. {_mend(path)}"
            )
        for name, expected in files.items():
            file = path / name
            if not file.is_file():
                raise ModelError(f"{file}: missing. {_mend(path)}")
            if sha256(file) != expected:
                raise ModelError(f"{file}: not the file that model.json names (SHA-256 differs). {_mend(path)}")
        return cls(path, version, max_tokens, card)


def sha256(file: Path) -> str:
    """The hexadecimal SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def fingerprint(files: Sequence[Path]) -> str:
    """A short hash of the names and contents of files, read in pieces: weights may be larger than the memory."""
    total = hashlib.sha256()
    for file in files:
        total.update(file.name.encode())
        with file.open("rb") as source:
            total.update(hashlib.file_digest(source, "sha256").digest())
    return total.hexdigest()[:8]


def _mend(path: Path) -> str:
    return (
        f"Restore it with `git checkout -- models/{path.name}`, or rebuild it as models/{path.name}/README.md "
        f"and docs/models.md say; HOTLINE_MODELS_DIR names another place."
    )


class Encoder:
    """One loaded model. Texts go through one by one, see `run`."""

    def __init__(self, folder: ModelFolder, threads: int) -> None:
        import onnxruntime
        from transformers import AutoTokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Spinning threads win a few percent on an idle machine and lose much on one that has other work to do.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.folder = folder
        self._tokenizer = AutoTokenizer.from_pretrained(str(folder.path), local_files_only=True)
        self._session = onnxruntime.InferenceSession(
            str(folder.path / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {i.name for i in self._session.get_inputs()}

    def run(self, texts: Sequence[str], context: Sequence[str] | None = None) -> Array:
        """The model's output for each text, or pair of text and context: shape (len(texts), width), in order.

        Each text is a batch of its own. An int8 model scales its activations by the largest value of the whole
        batch, so with larger batches a text's score would hang on its neighbours; alone it is always the same.
        """
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        encoded = self._tokenizer(
            list(texts),
            list(context) if context is not None else None,
            truncation=True,
            max_length=self.folder.max_tokens,
        )
        rows = []
        for i in range(len(texts)):
            feed = {name: np.array([encoded[name][i]], dtype=np.int64) for name in self._inputs}
            rows.append(self._session.run(None, feed)[0][0])
        return np.stack(rows).astype(np.float32, copy=False)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without the special ones, not truncated."""
        return [len(ids) for ids in self._tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]]


def softmax(logits: Array) -> Array:
    """Softmax over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)


def sigmoid(logits: Array) -> Array:
    """The logistic function, safe for large arguments."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float32)
