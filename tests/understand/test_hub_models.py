"""Hugging Face models from end to end: small real ones, made here, in a folder and on a hub of our own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from pipeline.domain import Article
from pipeline.settings import ROOT
from pipeline.understand.analyse import Analyser
from pipeline.understand.encoder import ModelError
from pipeline.understand.hubfiles import Kind, open_model
from pipeline.understand.hubrun import Entailment, HubEncoder
from pipeline.understand.hubtopics import ORDINARY, HubTopics

pytestmark = pytest.mark.hub

TOPICS = """\
topics:
  - id: harvest
    label: Harvest
    description: Grain, fruit and the weather on farms.
    examples:
      - Farmers brought in the wheat before the rain.
      - The apple harvest was the best in ten years.
      - Drought ruined the maize in the southern fields.
      - Combines worked through the night to save the barley.
      - Grape pickers began a week early this autumn.
  - id: chess
    label: Chess
    description: Chess players and their games.
    examples:
      - The grandmaster gave up a rook and won.
"""
NEWS = Article(
    "n",
    "Macron and Putin talk",
    "French President Emmanuel Macron spoke with Russian President Vladimir Putin by phone on Saturday.",
    published=date(2022, 2, 12),
)
SHAPE = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 130,
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `nli` and `encoder`: random weights, and a WordPiece vocabulary learnt from ordinary news."""
    torch = pytest.importorskip("torch")
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

    torch.manual_seed(1)
    place = tmp_path_factory.mktemp("models")
    words = BertWordPieceTokenizer()
    words.train([str(ORDINARY)], vocab_size=800, show_progress=False)
    words.save_model(str(place))
    tokenizer = BertTokenizerFast(str(place / "vocab.txt"))
    config = BertConfig(vocab_size=len(tokenizer), **SHAPE)
    labels = {"id2label": {0: "entailment", 1: "neutral", 2: "contradiction"}}
    judge = BertConfig(vocab_size=len(tokenizer), **SHAPE, **labels)
    for name, net in (("nli", BertForSequenceClassification(judge)), ("encoder", BertModel(config))):
        net.save_pretrained(place / name)
        tokenizer.save_pretrained(place / name)
    return place


@pytest.fixture
def topics_file(tmp_path: Path) -> Path:
    file = tmp_path / "topics.yaml"
    file.write_text(TOPICS, encoding="utf-8")
    return file


def test_an_encoder_gives_unit_vectors_and_texts_do_not_sway_one_another(models: Path) -> None:
    encoder = HubEncoder(open_model(str(models / "encoder")), "cpu", 1)
    texts = ["Talks went on.", "word " * 5000, ""]
    vectors = encoder.run(texts)
    assert vectors.shape == (3, 32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors[0], encoder.run(texts[:1])[0], atol=1e-5)
    assert encoder.run([]).shape[0] == 0


def test_seen_from_the_middle_of_ordinary_news_texts_are_not_all_alike(models: Path) -> None:
    encoder = HubEncoder(open_model(str(models / "encoder")), "cpu", 1)
    lines = ORDINARY.read_text(encoding="utf-8").splitlines()
    crowded = encoder.run(lines)
    spread = encoder.centre(lines)
    assert (crowded @ crowded.T).mean() > 0.5 > (spread @ spread.T).mean()
    assert np.allclose(encoder.run(lines[:3]), spread[:3], atol=1e-5)


def test_the_vector_is_the_mean_over_tokens_or_the_first_where_the_model_says_so(models: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoTokenizer, BertModel

    net = BertModel.from_pretrained(models / "encoder").eval()
    encoded = AutoTokenizer.from_pretrained(models / "encoder")("Talks went on.", return_tensors="pt")
    with torch.inference_mode():
        states = net(**encoded).last_hidden_state[0].numpy()
    own = tmp_path / "first"
    shutil.copytree(models / "encoder", own)
    (own / "1_Pooling").mkdir()
    (own / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    for place, wanted in ((models / "encoder", states.mean(0)), (own, states[0])):
        found = HubEncoder(open_model(str(place)), "cpu", 1).run(["Talks went on."])[0]
        assert np.allclose(found, wanted / np.linalg.norm(wanted), atol=1e-5)


def test_an_examples_own_topic_scores_highest_on_it(models: Path, topics_file: Path) -> None:
    """Random weights know no meaning, but a text is always most like itself."""
    topics = HubTopics.load(str(models / "encoder"), topics_file, "cpu", 1)
    article = Article("a", "The grandmaster gave up a rook and won.", "")
    scores = topics.scores(article)
    assert scores["chess"] > max(0.5, scores["harvest"])
    assert next(t.topic for t in topics.classify([article])[0]) == "chess"
    assert topics.scores(Article("b", "", "")) == {"harvest": 0.0, "chess": 0.0}


def test_entailment_is_the_softmax_at_its_label(models: Path) -> None:
    import torch
    from transformers import AutoTokenizer, BertForSequenceClassification

    net = BertForSequenceClassification.from_pretrained(models / "nli").eval()
    encoded = AutoTokenizer.from_pretrained(models / "nli")("Talks went on.", "It is cold.", return_tensors="pt")
    with torch.inference_mode():
        wanted = torch.softmax(net(**encoded).logits, -1)[0, 0].item()
    model = open_model(str(models / "nli"))
    assert (model.kind, model.entailment, model.max_tokens) == (Kind.NLI, 0, 128)
    found = Entailment(model, "auto", 1).run(["Rain.", "Talks went on."], ["It is hot.", "It is cold.", "x"])
    assert found.shape == (2, 3)
    assert found[1, 1] == pytest.approx(wanted, abs=1e-5)


def test_nli_scores_every_topic_and_the_loudest_piece_decides(models: Path, topics_file: Path) -> None:
    topics = HubTopics.load(str(models / "nli"), topics_file, "cpu", 1)
    short = topics.scores(NEWS)
    assert set(short) == {"harvest", "chess"}
    long = topics.scores(Article("l", NEWS.title, f"{NEWS.text} " + "Rain fell on the fields all day. " * 60))
    assert all(0 < s < 1 for s in long.values())
    assert topics.version.startswith("nli-")


@pytest.mark.parametrize("kind", ["nli", "encoder"])
def test_the_analyser_takes_it_in_place_of_ours(models: Path, topics_file: Path, kind: str) -> None:
    analyser = Analyser.load(
        ROOT / "config" / "leaders", topics_file, ROOT / "models", 1, topic_model=str(models / kind), hub_device="cpu"
    )
    assert f"+{kind}-" in analyser.version
    found = analyser.analyse(NEWS)
    assert {t.topic for t in found.topics} <= {"harvest", "chess"}
    assert len(found.contacts) == 1


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda p: (p / "model.safetensors").write_bytes(b"no weights"), "cannot be loaded"),
        (lambda p: (p / "tokenizer.json").write_text("{"), "cannot be loaded"),
        (
            lambda p: (p / "config.json").write_text(
                json.dumps({**json.loads((p / "config.json").read_text()), "num_hidden_layers": 3})
            ),
            "the weights lack encoder.layer.2",
        ),
    ],
    ids=["damaged weights", "damaged tokenizer", "a layer missing"],
)
def test_a_model_that_cannot_be_run_is_told_in_one_line(models: Path, tmp_path: Path, break_it, message: str) -> None:
    place = tmp_path / "broken"
    shutil.copytree(models / "encoder", place)
    break_it(place)
    with pytest.raises(ModelError) as caught:
        HubEncoder(open_model(str(place)), "cpu", 1)
    assert message in str(caught.value)
    assert f"HOTLINE_TOPIC_MODEL={place}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_device_that_is_not_there_is_told(models: Path) -> None:
    with pytest.raises(ModelError, match=r"HOTLINE_HUB_DEVICE=cuda:99: torch cannot use it .*set auto or cpu"):
        HubEncoder(open_model(str(models / "encoder")), "cuda:99", 1)


# -- a hub of our own: the two paths of the real one's API that a download asks ----------------------------------------

REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(models: Path, tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """Serves models/encoder as tiny/encoder, with a pickle and code beside it; yields address and paths asked for."""
    asked: list[str] = []
    files = tmp_path / "served"
    shutil.copytree(models / "encoder", files)
    (files / "pytorch_model.bin").write_bytes(b"a pickle")
    (files / "modeling_own.py").write_text("raise SystemExit")

    class Hub(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(body=True)

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def answer(self, *, body: bool) -> None:
            asked.append(self.path)
            path = self.path.split("?")[0]
            data, status = b'{"error": "Repository not found"}', 404
            if path.startswith("/api/models/tiny/encoder"):
                status = 200
                if "/tree/" in path:
                    listed = [{"type": "file", "path": f.name, "size": f.stat().st_size, "oid": "0" * 40}
                              for f in files.iterdir()]  # fmt: skip
                    data = json.dumps(listed).encode()
                else:
                    names = [{"rfilename": f.name} for f in files.iterdir()]
                    data = json.dumps({"id": "tiny/encoder", "sha": REVISION, "siblings": names}).encode()
            elif path.startswith(f"/tiny/encoder/resolve/{REVISION}/"):
                status, data = 200, (files / path.rsplit("/", 1)[1]).read_bytes()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("ETag", f'"{path.rsplit("/", 1)[-1]}"')
            self.send_header("X-Repo-Commit", REVISION)
            if status == 404:
                self.send_header("X-Error-Code", "RepoNotFound")
            self.end_headers()
            if body:
                self.wfile.write(data)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def asked_in_process(cache: Path, address: str, name: str) -> str:
    code = (
        "from pipeline.understand.hubfiles import open_model\nfrom pipeline.understand.encoder import ModelError\n"
        f"try:\n  m = open_model({name!r})\n  print(m.kind, *sorted(p.name for p in m.path.iterdir()))\n"
        "except ModelError as e:\n  print(e)"
    )
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("HF_") and not k.lower().endswith("_proxy")},
        "HF_HOME": str(cache),
        "HF_ENDPOINT": address,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.strip().splitlines()[-1]


def test_a_model_comes_from_the_hub_once_and_without_pickles_and_code(
    hub: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = hub
    first = asked_in_process(tmp_path / "cache", address, "hub:tiny/encoder")
    assert first.startswith("encoder ")
    assert "model.safetensors" in first
    assert not [p for p in asked if p.endswith((".bin", ".py"))]
    assert ".bin" not in first
    before = len(asked)
    assert asked_in_process(tmp_path / "cache", address, "hub:tiny/encoder") == first
    assert len(asked) == before


def test_a_name_that_the_hub_does_not_know_is_told(hub: tuple[str, list[str]], tmp_path: Path) -> None:
    text = asked_in_process(tmp_path / "cache", hub[0], "hub:tiny/other")
    assert text.startswith("HOTLINE_TOPIC_MODEL=hub:tiny/other: the hub has no such model, or it is private")
