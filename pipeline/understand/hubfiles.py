"""Finds a Hugging Face model, in a folder or on the hub, and checks it before any of it is run; needs no torch.

A model from elsewhere is hostile until checked: its weights must be safetensors, which hold numbers alone (a pickle may
run any code when it is read), and it must not ask for Python code of its own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.understand.encoder import ModelError, fingerprint

SETTING = "HOTLINE_TOPIC_MODEL"
HUB = "hub:"
# Nothing else is asked of the hub: no code, no pickles, no weights for other frameworks.
WANTED = ("*.json", "*.safetensors", "*.txt", "*.model")
TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".h5", ".msgpack")
LONGEST = 512  # tokens read of one passage or pair; what a config without a limit gets
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?(?:@(?P<revision>[\w./-]+))?\Z")
_ENTAILS = re.compile(r"entail", re.IGNORECASE)


class Kind(StrEnum):
    """What a model can do for topics."""

    NLI = "nli"
    ENCODER = "encoder"


@dataclass(frozen=True, slots=True)
class HubModel:
    """A model folder that passed the checks.

    `name` is what the user wrote, `entailment` the index of that label (NLI only), `version` a
    short hash of every file.
    """

    name: str
    path: Path
    kind: Kind
    entailment: int | None
    max_tokens: int
    version: str


def open_model(name: str) -> HubModel:
    """Find and check the model of a setting: "hub:owner/model", "hub:owner/model@revision", or a folder.

    Raises:
        ModelError: there is no such model, it cannot be had, or it is none that can be run safely.
    """
    path = _from_hub(name) if name.startswith(HUB) else _from_folder(name)
    return check(name, path)


def check(name: str, path: Path) -> HubModel:
    """Look a folder over: config, kind, weights. Raises ModelError with the file and the mend."""
    config = _config(name, path)
    _refuse_code(name, path, config)
    kind, entailment = _kind(name, path, config)
    _refuse_pickles(name, path)
    if not any(
        file for pattern in TOKENIZERS for file in path.glob(pattern)
    ):  # transformers would make up an empty one
        raise ModelError(
            f"{SETTING}={name}: there is no tokenizer in {path} (tokenizer.json or a vocabulary); fetch the model again"
        )
    longest = config.get("max_position_embeddings")
    limit = longest - 2 if isinstance(longest, int) and longest > 2 else LONGEST  # RoBERTa counts two of its own
    return HubModel(name, path, kind, entailment, min(limit, LONGEST), f"{kind}-{fingerprint(_files(path))}")


def _from_folder(name: str) -> Path:
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    hint = f'; for one of the hub write {SETTING}="hub:{name}"' if _NAME.match(name) else ""
    raise ModelError(f"{SETTING}={name}: there is no such folder{hint}")


def _from_hub(name: str) -> Path:
    """The folder of a hub model in the local cache; the network is used only for what the cache does not have."""
    found = _NAME.match(name.removeprefix(HUB))
    if found is None:
        raise ModelError(f'{SETTING}={name}: not a name of the hub; write "hub:owner/model", e.g. hub:{_EXAMPLE}')
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    repository, _, revision = name.removeprefix(HUB).partition("@")
    wanted: dict[str, Any] = {"repo_id": repository, "revision": revision or None, "allow_patterns": list(WANTED)}
    try:
        cached = Path(snapshot_download(**wanted, local_files_only=True))
        if any(cached.glob("*.safetensors")):  # else the download was cut off
            return cached
    except LocalEntryNotFoundError:
        pass
    try:
        return Path(snapshot_download(**wanted))
    except GatedRepoError:
        raise ModelError(
            f"{SETTING}={name}: its owner wants to be asked first; accept the terms on its page and set HF_TOKEN"
        ) from None
    except RevisionNotFoundError:
        raise ModelError(f"{SETTING}={name}: the model has no revision {revision!r}; leave out @{revision}") from None
    except RepositoryNotFoundError:
        raise ModelError(
            f"{SETTING}={name}: the hub has no such model, or it is private; check the name, or set HF_TOKEN"
        ) from None
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise ModelError(
            f"{SETTING}={name}: the hub cannot be reached ({_first_line(error)}); fetch the model where there is a "
            f"network (hf download {repository}), copy the folder here and set {SETTING} to its path"
        ) from None


_EXAMPLE = "sentence-transformers/all-mpnet-base-v2"


def _config(name: str, path: Path) -> dict[str, Any]:
    file = path / "config.json"
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"{SETTING}={name}: {file} is missing, so this is no model of transformers; name a folder that "
            f"save_pretrained wrote"
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{SETTING}={name}: {file} cannot be read ({_first_line(error)}); fetch it again") from None
    if not isinstance(config, dict):
        raise ModelError(f"{SETTING}={name}: {file} is not a JSON object; fetch it again")
    return config


def _refuse_code(name: str, path: Path, config: dict[str, Any]) -> None:
    """`auto_map` names Python code that comes with the weights and would be run here."""
    settings = [config]
    file = path / "tokenizer_config.json"
    if file.is_file():
        try:
            settings.append(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise ModelError(
                f"{SETTING}={name}: {file} cannot be read ({_first_line(error)}); fetch it again"
            ) from None
    if any(isinstance(s, dict) and s.get("auto_map") for s in settings):
        raise ModelError(
            f"{SETTING}={name}: the model brings Python code of its own (trust_remote_code), which is never run here; "
            f"take one of an architecture that transformers has, e.g. hub:{_EXAMPLE}"
        )


def _refuse_pickles(name: str, path: Path) -> None:
    if any(path.glob("*.safetensors")):
        return
    pickles = sorted(p.name for p in path.iterdir() if p.suffix in PICKLES)
    if pickles:
        raise ModelError(
            f"{SETTING}={name}: the weights in {pickles[0]} are pickled and could run any code when read; take a model "
            f"with model.safetensors, or convert them on a machine you can lose"
        )
    raise ModelError(
        f"{SETTING}={name}: there is no *.safetensors in {path}; of other forms none is read (pickles could run any "
        f"code), so take a model that has one"
    )


def _kind(name: str, path: Path, config: dict[str, Any]) -> tuple[Kind, int | None]:
    """By the architecture that the config names."""
    named = config.get("architectures")
    architecture = str(named[0]) if isinstance(named, list) and named else ""
    labels = config.get("id2label")
    if architecture.endswith("ForSequenceClassification"):
        entailing = [int(i) for i, label in labels.items() if _ENTAILS.match(str(label))] if labels else []
        if len(entailing) == 1:
            return Kind.NLI, entailing[0]
        told = ", ".join(map(str, labels.values()))[:80] if labels else "none"
        raise ModelError(
            f"{SETTING}={name}: a classifier without a label 'entailment' (its labels: {told}); it cannot judge topics "
            f"it was not trained for, so take an NLI model, e.g. hub:facebook/bart-large-mnli"
        )
    encodes = architecture.endswith(("Model", "ForMaskedLM", "ForPreTraining")) and "Decoder" not in architecture
    if encodes and not config.get("is_encoder_decoder") and not config.get("is_decoder"):
        return Kind.ENCODER, None
    raise ModelError(
        f"{SETTING}={name}: {path / 'config.json'} names the architecture {architecture or 'of none'}, which gives no "
        f"sentence vectors and no entailment; take an encoder (hub:{_EXAMPLE}) or an NLI model "
        f"(hub:facebook/bart-large-mnli)"
    )


def _files(path: Path) -> list[Path]:
    """Every file that sways the output, in a fixed order."""
    return sorted(
        file for pattern in WANTED for file in path.rglob(pattern) if file.is_file() and not file.name.startswith(".")
    )


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:160] if text else type(error).__name__
