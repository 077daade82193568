"""Average the weights of several trainings of one network.

    python -m training.average OUT_DIR RUN_DIR RUN_DIR...

The trainings must have begun at the same weights. Each RUN_DIR holds what train_contacts.py wrote; OUT_DIR gets the
mean weights and the other files of the first. On news unlike the training passages the mean errs less than any of its
parts (model soups: Wortsman et al. 2022).
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch

State = dict[str, torch.Tensor]


def average(states: Sequence[State], shares: Sequence[float]) -> State:
    """The weighted mean of states with the same names and shapes; whole-number entries are taken from the first."""
    if abs(sum(shares) - 1) > 1e-6 or len(states) != len(shares):
        raise ValueError(f"{len(states)} states with shares {list(shares)}: one share each, 1 in all")
    first = states[0]
    return {
        name: sum(share * state[name] for share, state in zip(shares, states, strict=True))
        if value.is_floating_point()
        else value
        for name, value in first.items()
    }


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out", type=Path)
    ap.add_argument("runs", type=Path, nargs="+")
    a = ap.parse_args()
    states = [torch.load(run / "weights.pt", weights_only=True) for run in a.runs]
    a.out.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "config.json"):
        if (a.runs[0] / name).exists():
            shutil.copy(a.runs[0] / name, a.out / name)
    torch.save(average(states, [1 / len(states)] * len(states)), a.out / "weights.pt")
    print(f"{a.out / 'weights.pt'}: mean of {len(states)} runs")


if __name__ == "__main__":
    main()
