"""What is checked of a Hugging Face model before any of it is run; none of this needs torch."""

import json
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import ROOT
from pipeline.understand.encoder import ModelError
from pipeline.understand.hubfiles import HubModel, Kind, open_model
from pipeline.understand.hubtopics import ORDINARY, PIECE_WORDS, HubTopics, pieces

NLI = {
    "architectures": ["BertForSequenceClassification"],
    "id2label": {"0": "contradiction", "1": "neutral", "2": "ENTAILMENT"},
    "max_position_embeddings": 130,
}
ENCODER = {"architectures": ["BertModel"]}


def folder(tmp_path: Path, config: dict[str, Any], *files: str) -> Path:
    place = tmp_path / "model"
    place.mkdir()
    (place / "config.json").write_text(json.dumps(config))
    for name in (*(files or ("model.safetensors",)), "tokenizer.json"):
        (place / name).write_bytes(b"weights")
    return place


def told(name: str | Path) -> str:
    with pytest.raises(ModelError) as caught:
        open_model(str(name))
    text = str(caught.value)
    assert "\n" not in text
    assert f"HOTLINE_TOPIC_MODEL={name}" in text
    return text


def test_a_classifier_with_an_entailment_label_is_nli(tmp_path: Path) -> None:
    model = open_model(str(folder(tmp_path, NLI)))
    assert (model.kind, model.entailment, model.max_tokens) == (Kind.NLI, 2, 128)


@pytest.mark.parametrize("architecture", ["BertModel", "XLMRobertaModel", "MPNetForMaskedLM", "T5EncoderModel"])
def test_an_encoder_is_told_by_its_architecture(tmp_path: Path, architecture: str) -> None:
    model = open_model(str(folder(tmp_path, {"architectures": [architecture]})))
    assert (model.kind, model.entailment, model.max_tokens) == (Kind.ENCODER, None, 512)


def test_the_version_follows_weights_and_config(tmp_path: Path) -> None:
    place = folder(tmp_path, ENCODER)
    first = open_model(str(place)).version
    assert first == open_model(str(place)).version
    (place / "model.safetensors").write_bytes(b"weightz")
    second = open_model(str(place)).version
    (place / "config.json").write_text(json.dumps({**ENCODER, "hidden_act": "relu"}))
    assert len({first, second, open_model(str(place)).version}) == 3


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"architectures": ["LlamaForCausalLM"]}, "LlamaForCausalLM, which gives no sentence vectors"),
        ({"architectures": ["BartModel"], "is_encoder_decoder": True}, "BartModel, which gives no sentence vectors"),
        ({"architectures": ["BertModel"], "is_decoder": True}, "BertModel, which gives no sentence vectors"),
        ({}, "names the architecture of none"),
        (
            {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "NEGATIVE", "1": "POSITIVE"}},
            "a classifier without a label 'entailment' (its labels: NEGATIVE, POSITIVE)",
        ),
        (
            {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "not_entailment", "1": "x"}},
            "without a label 'entailment'",
        ),
    ],
)
def test_other_architectures_are_refused(tmp_path: Path, config: dict[str, Any], message: str) -> None:
    text = told(folder(tmp_path, config))
    assert message in text
    assert "hub:facebook/bart-large-mnli" in text


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "tf_model.h5"])
def test_pickled_weights_are_refused(tmp_path: Path, name: str) -> None:
    assert f"the weights in {name} are pickled" in told(folder(tmp_path, NLI, name))


def test_pickles_beside_safetensors_are_not_read(tmp_path: Path) -> None:
    assert open_model(str(folder(tmp_path, NLI, "model.safetensors", "pytorch_model.bin"))).kind is Kind.NLI


def test_a_folder_without_weights_is_told(tmp_path: Path) -> None:
    assert "there is no *.safetensors" in told(folder(tmp_path, ENCODER, "notes.txt"))


def test_a_folder_without_a_tokenizer_is_told(tmp_path: Path) -> None:
    place = folder(tmp_path, ENCODER)
    (place / "tokenizer.json").unlink()
    assert f"there is no tokenizer in {place}" in told(place)


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_a_model_with_code_of_its_own_is_refused(tmp_path: Path, file: str) -> None:
    place = folder(tmp_path, ENCODER)
    (place / file).write_text(json.dumps({**ENCODER, "auto_map": {"AutoModel": "modeling_own.OwnModel"}}))
    (place / "modeling_own.py").write_text("raise SystemExit('it ran')")
    assert "trust_remote_code), which is never run here" in told(place)


@pytest.mark.parametrize(("content", "message"), [("{", "cannot be read"), ("[]", "not a JSON object")])
def test_a_damaged_config_is_told(tmp_path: Path, content: str, message: str) -> None:
    place = folder(tmp_path, ENCODER)
    (place / "config.json").write_text(content)
    assert message in told(place)


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    assert f"{tmp_path / 'config.json'} is missing" in told(tmp_path)


def test_a_missing_folder_is_told_and_a_name_of_the_hub_is_guessed(tmp_path: Path) -> None:
    assert told(tmp_path / "nowhere").endswith("there is no such folder")
    assert 'write HOTLINE_TOPIC_MODEL="hub:owner/some-model"' in told("owner/some-model")


@pytest.mark.parametrize("name", ["hub:", "hub:../../etc", "hub:a/b/c", "hub:owner/model@", "hub:https://x.org/m"])
def test_what_is_no_name_of_the_hub_is_told_without_asking_it(name: str) -> None:
    assert "not a name of the hub" in told(name)


def test_without_a_network_the_line_says_how_to_carry_a_model_over(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = in_process(tmp_path, f"http://127.0.0.1:{port}", "hub:owner/model")
    assert "the hub cannot be reached" in done
    assert "hf download owner/model" in done


def in_process(cache: Path, hub: str, name: str) -> str:
    """What `open_model` says in a process of its own: the hub's address is read once, when its library is loaded."""
    code = (
        "from pipeline.understand.hubfiles import open_model\nfrom pipeline.understand.encoder import ModelError\n"
        f"try: print(open_model({name!r}))\nexcept ModelError as error: print(error)"
    )
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("HF_") and not k.lower().endswith("_proxy")},
        "HF_HOME": str(cache),
        "HF_ENDPOINT": hub,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed here")
@pytest.mark.parametrize("config", [NLI, ENCODER], ids=["nli", "encoder"])
def test_without_torch_the_extra_is_named(tmp_path: Path, config: dict[str, Any]) -> None:
    place = folder(tmp_path, config)
    with pytest.raises(ModelError) as caught:
        HubTopics.load(str(place), ROOT / "config" / "topics.yaml")
    assert f"HOTLINE_TOPIC_MODEL={place} needs torch, which is not installed" in str(caught.value)
    assert "uv pip install" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_hotline_analyse_prints_the_line_and_leaves_with_2(tmp_path: Path) -> None:
    place = folder(tmp_path, ENCODER, "pytorch_model.bin")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "analyse"], cwd=ROOT, input="", capture_output=True, text=True,
        env={**os.environ, "HOTLINE_TOPIC_MODEL": str(place)}, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert [line for line in done.stderr.splitlines() if "pickled" in line and line.startswith("hotline analyse: ")]


def test_pieces_hold_whole_passages_and_are_few() -> None:
    texts = [" ".join(["word"] * 30)] * 100
    found = pieces(texts)
    assert {len(p.split()) for p in found} == {PIECE_WORDS}
    assert len(found) == 6
    assert pieces([" ".join(["word"] * 500), "end"]) == [" ".join(["word"] * 500), "end"]


def test_ordinary_news_is_many_different_lines() -> None:
    lines = ORDINARY.read_text(encoding="utf-8").splitlines()
    assert len(set(lines)) == len(lines) >= 100


def test_a_checked_model_knows_its_name(tmp_path: Path) -> None:
    place = folder(tmp_path, ENCODER)
    assert isinstance(open_model(str(place)), HubModel)
    assert open_model(str(place)).name == str(place)
