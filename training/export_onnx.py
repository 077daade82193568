"""Turn trained torch weights into the run-time model: ONNX, int8 per channel, with its tokenizer beside it.

    python -m training.export_onnx CANDIDATES.jsonl WEIGHTS_DIR models/contacts

Fits the temperatures on the validation fold with the int8 model itself, as it will run, and says how often it
agrees with the fp32 network. Per-tensor int8 (the default of quantize_dynamic) drifts visibly: never use it here.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer

from training.calibrate import binary_temperature, ece, multiclass_temperature
from training.card import write_card
from training.train_contacts import MARKERS, MAX_TOKENS, MODES, STATUSES, ContactNet, encoder_dir, predict, scores

# What the fp32 network says of these goes into model.json: a test holds the int8 model to it.
PROBES = (
    ("[unused1] spoke by phone with [unused2] on Tuesday evening.", "The call lasted an hour."),
    ("[unused1] will travel to the capital next week to meet [unused2].", "The visit was announced on Monday."),
    ("[unused1] accused [unused2] of breaking the treaty.", "The reply came from the foreign ministry."),
)
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def export(net: nn.Module, file: Path, output: str) -> None:
    """Write `net` (called with INPUTS) to `file` as int8 ONNX, weights quantised per output channel."""
    net.eval()
    example = tuple(torch.tensor(rows) for rows in ([[101, 2054, 102], [101, 2054, 102]], [[1] * 3] * 2, [[0] * 3] * 2))
    axes = {name: {0: "batch", 1: "tokens"} for name in INPUTS} | {output: {0: "batch"}}
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "fp32.onnx"
        torch.onnx.export(
            net,
            example,
            str(full),
            input_names=list(INPUTS),
            output_names=[output],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(str(full), str(file), per_channel=True, weight_type=QuantType.QInt8)


def save_tokenizer(tokenizer, folder: Path) -> None:
    """Write the tokenizer's own files, without the weights' leftovers."""
    tokenizer.save_pretrained(folder)
    for name in ("special_tokens_map.json", "vocab.txt", "added_tokens.json"):
        (folder / name).unlink(missing_ok=True)  # tokenizer.json holds all three


class Onnx:
    """The exported model, run one text at a time as the pipeline runs it."""

    def __init__(self, folder: Path, max_tokens: int) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
        self.inputs = {i.name for i in self.session.get_inputs()}
        self.max_tokens = max_tokens

    def run(self, texts: list[str], context: list[str] | None = None) -> np.ndarray:
        encoded = self.tokenizer(texts, context, truncation=True, max_length=self.max_tokens)
        rows = []
        for i in range(len(texts)):
            feed = {name: np.array([encoded[name][i]], dtype=np.int64) for name in self.inputs}
            rows.append(self.session.run(None, feed)[0][0])
        return np.stack(rows)


def load_net(weights: Path) -> tuple[ContactNet, object]:
    """The trained network and its tokenizer, from what train_contacts.py wrote."""
    tokenizer = AutoTokenizer.from_pretrained(weights)
    first, second, _ = tokenizer.convert_tokens_to_ids(MARKERS)
    config = AutoConfig.from_pretrained(weights if (weights / "config.json").exists() else encoder_dir())
    net = ContactNet(AutoModel.from_config(config, attn_implementation="eager"), first, second)
    net.load_state_dict(torch.load(weights / "weights.pt", weights_only=True))
    return net.eval(), tokenizer


def calibrate(logits: np.ndarray, rows: list[dict]) -> tuple[dict[str, float], dict[str, float]]:
    """Temperatures per head, and the calibration error with them."""
    n = len(STATUSES)
    contact = np.array([float(r["contact"] > 0.5) for r in rows])
    held = [i for i, r in enumerate(rows) if r["contact"] > 0.5]
    z, there = logits[held], [rows[i] for i in held]
    historical = np.array([float(r["historical"]) for r in there])
    status = np.array([STATUSES.index(r["status"]) for r in there])
    mode = np.array([MODES.index(r["mode"]) for r in there])
    heat = {
        "contact": binary_temperature(logits[:, 0], contact),
        "historical": binary_temperature(z[:, 1], historical),
        "status": multiclass_temperature(z[:, 2 : 2 + n], status),
        "mode": multiclass_temperature(z[:, 2 + n :], mode),
    }

    def binary(x: np.ndarray, gold: np.ndarray) -> float:
        p = 1 / (1 + np.exp(-x))
        return ece(np.maximum(p, 1 - p), ((p > 0.5) == (gold > 0.5)).astype(float))

    def multi(x: np.ndarray, gold: np.ndarray) -> float:
        p = np.exp(x - np.logaddexp.reduce(x, axis=1)[:, None])
        return ece(p.max(1), (p.argmax(1) == gold).astype(float))

    errors = {
        "ece_contact": binary(logits[:, 0] / heat["contact"], contact),
        "ece_historical": binary(z[:, 1] / heat["historical"], historical),
        "ece_status": multi(z[:, 2 : 2 + n] / heat["status"], status),
        "ece_mode": multi(z[:, 2 + n :] / heat["mode"], mode),
    }
    return {k: round(v, 4) for k, v in heat.items()}, {k: round(v, 4) for k, v in errors.items()}


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("candidates", type=Path, help="the file the model was trained on; its fold 0 calibrates")
    ap.add_argument("weights", type=Path, help="what train_contacts.py wrote")
    ap.add_argument("out", type=Path, help="the model folder to write")
    a = ap.parse_args()
    net, tokenizer = load_net(a.weights)
    a.out.mkdir(parents=True, exist_ok=True)
    export(net, a.out / "model.onnx", "logits")
    save_tokenizer(tokenizer, a.out)

    rows = [r for r in map(json.loads, a.candidates.open(encoding="utf-8")) if r["fold"] == 0]
    logits = Onnx(a.out, MAX_TOKENS).run([r["target"] for r in rows], [r["context"] for r in rows])
    heat, errors = calibrate(logits, rows)
    metrics = {**scores(logits, rows), **errors}
    for r in rows:
        r["length"] = len(r["target"]) + len(r["context"])
    full = predict(net, rows, tokenizer)
    metrics["agrees_with_fp32"] = round(float(((full[:, 0] > 0) == (logits[:, 0] > 0)).mean()), 4)
    metrics["status_agrees_with_fp32"] = round(float((full[:, 2:8].argmax(1) == logits[:, 2:8].argmax(1)).mean()), 4)
    enc = tokenizer(*map(list, zip(*PROBES, strict=True)), padding=True, return_tensors="pt")
    with torch.no_grad():
        probes = [
            {"target": t, "context": c, "logits": [round(float(v), 3) for v in z]}
            for (t, c), z in zip(PROBES, net(**enc), strict=True)
        ]
    labels = {"status": STATUSES, "mode": MODES}
    card = write_card(a.out, "contacts", MAX_TOKENS, labels=labels, temperatures=heat, metrics=metrics, probes=probes)
    print(json.dumps({k: card[k] for k in ("version", "temperatures", "metrics")}, indent=1))


if __name__ == "__main__":
    main()
