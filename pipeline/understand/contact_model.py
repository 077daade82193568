"""Judges candidate pairs: does the marked passage tell a contact of the two, in what status and mode, old or new?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain import Mode, Status
from pipeline.understand.candidates import Candidate
from pipeline.understand.encoder import Encoder, ModelError, ModelFolder, sigmoid, softmax

NAME = "contacts"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Calibrated probabilities. `historical`, `status` and `mode` hold given that there is a contact at all."""

    contact: float
    historical: float
    status: dict[Status, float]
    mode: dict[Mode, float]


class ContactModel:
    """The trained model in `models/contacts`."""

    def __init__(self, encoder: Encoder) -> None:
        card, file = encoder.folder.card, encoder.folder.path / "model.json"
        try:
            self._statuses = [Status(s) for s in card["labels"]["status"]]
            self._modes = [Mode(m) for m in card["labels"]["mode"]]
            self._temperatures = {
                k: float(card["temperatures"][k]) for k in ("contact", "historical", "status", "mode")
            }
        except (KeyError, ValueError, TypeError) as error:
            raise ModelError(f"{file}: labels or temperatures are not what this version reads ({error!r})") from error
        self._encoder = encoder

    @classmethod
    def load(cls, models_dir: Path, threads: int) -> ContactModel:
        """Load `models_dir/contacts`. Raises ModelError when it is missing or damaged."""
        return cls(Encoder(ModelFolder.open(models_dir / NAME, NAME), threads))

    @property
    def version(self) -> str:
        """A short hash of weights, tokenizer and calibration."""
        return self._encoder.folder.version

    def judge(self, candidates: Sequence[Candidate]) -> list[Judgement]:
        """One judgement a candidate, in order; the same marked text always gets the same one."""
        distinct = list(dict.fromkeys((c.target, c.context) for c in candidates))
        found = dict(zip(distinct, self._judge(distinct), strict=True))
        return [found[c.target, c.context] for c in candidates]

    def _judge(self, texts: Sequence[tuple[str, str]]) -> list[Judgement]:
        if not texts:
            return []
        logits = self._encoder.run([t for t, _ in texts], [c for _, c in texts])
        heat, statuses = self._temperatures, len(self._statuses)
        contact = sigmoid(logits[:, 0] / heat["contact"])
        historical = sigmoid(logits[:, 1] / heat["historical"])
        status = softmax(logits[:, 2 : 2 + statuses] / heat["status"])
        mode = softmax(logits[:, 2 + statuses :] / heat["mode"])
        return [
            Judgement(
                float(contact[i]),
                float(historical[i]),
                dict(zip(self._statuses, map(float, status[i]), strict=True)),
                dict(zip(self._modes, map(float, mode[i]), strict=True)),
            )
            for i in range(len(texts))
        ]
