"""Runs a checked Hugging Face model with torch, on a GPU if there is one; needs the extra [hub]."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from pipeline.understand.encoder import Array, Encoder, ModelError, ModelFolder, softmax
from pipeline.understand.hubfiles import SETTING, HubModel, Kind

DEVICE_SETTING = "HOTLINE_HUB_DEVICE"
BATCH = 32  # texts run together; in floating point their company sways a score by rounding alone


class HubEncoder(Encoder):
    """Unit vectors of texts from any encoder: the mean over tokens, or the first token where the model says so."""

    def __init__(self, model: HubModel, device: str, threads: int) -> None:
        self._model = model
        self._net, self._tokenizer, self._torch, self._device = _load(model, device, threads)
        self._first_token = (model.path / "1_Pooling" / "config.json").is_file() and _pools_first_token(model)
        self.folder = ModelFolder(model.path, model.version, model.max_tokens, {})
        self._middle: Array | None = None

    def centre(self, texts: Sequence[str]) -> Array:
        """Measure from the middle of these texts from now on; their vectors.

        Many encoders crowd all texts into one corner, where everything is like everything; seen from the middle of
        ordinary news the vectors of all of them can be compared by the same cosines.
        """
        self._middle = None
        self._middle = self.run(texts).mean(axis=0)
        return self.run(texts)

    def run(self, texts: Sequence[str], context: Sequence[str] | None = None) -> Array:
        """One unit vector a text (or pair of text and context): shape (len(texts), width), in order."""
        rows = [
            self._pool(encoded, self._net(**encoded).last_hidden_state)
            for encoded in _batches(self._tokenizer, texts, context, self._model.max_tokens, self._device)
        ] if texts else [np.zeros((0, 0), dtype=np.float32)]  # fmt: skip
        return np.concatenate(rows)

    def _pool(self, encoded: Any, states: Any) -> Array:
        if self._first_token:
            pooled = states[:, 0]
        else:
            mask = encoded["attention_mask"].unsqueeze(-1).to(states.dtype)
            pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
        vectors = _unit(pooled.float().detach().cpu().numpy())
        return vectors if self._middle is None else _unit(vectors - self._middle)


class Entailment:
    """How surely a text entails a hypothesis, by any NLI model."""

    def __init__(self, model: HubModel, device: str, threads: int) -> None:
        assert model.entailment is not None
        self._model, self._column = model, model.entailment
        self._net, self._tokenizer, self._torch, self._device = _load(model, device, threads)

    def run(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Array:
        """The probability of entailment of every pair: shape (len(premises), len(hypotheses))."""
        firsts = [p for p in premises for _ in hypotheses]
        seconds = list(hypotheses) * len(premises)
        rows = [
            softmax(self._net(**encoded).logits.float().detach().cpu().numpy())[:, self._column]
            for encoded in _batches(self._tokenizer, firsts, seconds, self._model.max_tokens, self._device)
        ]
        return np.concatenate(rows).reshape(len(premises), len(hypotheses))


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9), dtype=np.float32)


def _load(model: HubModel, device: str, threads: int) -> tuple[Any, Any, Any, str]:
    """Network, tokenizer, torch, and the device they run on."""
    if find_spec("torch") is None:
        raise ModelError(
            f"{SETTING}={model.name} needs torch, which is not installed: .venv/bin/uv pip install --python "
            f".venv/bin/python 'torch>=2.13' (the extra [hub]), or unset {SETTING} to use the models that come along"
        )
    import torch
    from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]

    place = _device(torch, device)
    if place == "cpu":
        torch.set_num_threads(threads)
    make = AutoModelForSequenceClassification if model.kind is Kind.NLI else AutoModel
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(model.path), **options)
        net, loaded = make.from_pretrained(
            str(model.path), use_safetensors=True, output_loading_info=True, dtype=torch.float32, **options
        )
    except Exception as error:  # whatever transformers, tokenizers or safetensors say of a wrong file
        told = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise ModelError(
            f"{SETTING}={model.name}: {model.path} cannot be loaded ({told}); fetch the model again, tokenizer included"
        ) from error
    # Weights that the file does not have would be random numbers. A pooling layer is not used here.
    missing = sorted(k for k in loaded["missing_keys"] if not k.startswith("pooler.") and ".pooler." not in k)
    if missing:
        raise ModelError(
            f"{SETTING}={model.name}: the weights lack {missing[0]} and {len(missing) - 1} more; fetch the model again"
        )
    return net.to(place).eval(), tokenizer, torch, place


def _device(torch: Any, wanted: str) -> str:
    """Where to run: "auto" is a GPU if there is one."""
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(1, device=wanted)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(
            f"{DEVICE_SETTING}={wanted}: torch cannot use it ({str(error).splitlines()[0][:120]}); set auto or cpu"
        ) from None
    return wanted


def _pools_first_token(model: HubModel) -> bool:
    import json

    file = model.path / "1_Pooling" / "config.json"
    try:
        return bool(json.loads(file.read_text(encoding="utf-8")).get("pooling_mode_cls_token"))
    except (OSError, ValueError, AttributeError):
        raise ModelError(f"{SETTING}={model.name}: {file} cannot be read; fetch it again") from None


def _batches(tokenizer: Any, texts: Sequence[str], context: Sequence[str] | None, max_tokens: int, device: str) -> Any:
    """Token tensors, a batch at a time, inside torch's inference mode."""
    import torch

    for start in range(0, len(texts), BATCH):
        pair = list(context[start : start + BATCH]) if context is not None else None
        encoded = tokenizer(
            list(texts[start : start + BATCH]),
            pair,
            padding=True,
            truncation=True,
            max_length=max_tokens,
            return_tensors="pt",
        ).to(device)
        with torch.inference_mode():
            yield encoded
