"""The training scripts from end to end, on a tiny set and a tiny encoder made here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.domain import Article
from pipeline.settings import ROOT
from pipeline.understand.candidates import Candidate
from pipeline.understand.contact_model import ContactModel
from pipeline.understand.topics import TopicModel

pytestmark = pytest.mark.hub


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two thin layers with random weights, and the tokenizer of the shipped model."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx", reason="the export needs onnx: pip install onnx")
    from transformers import AutoTokenizer, BertConfig, BertModel

    torch.manual_seed(1)
    place = tmp_path_factory.mktemp("encoder")
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=30522, **shape)).save_pretrained(place)
    AutoTokenizer.from_pretrained(ROOT / "models" / "topics", local_files_only=True).save_pretrained(place)
    return place


def run(*words: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_contact_model_from_candidates_to_run_time(tmp_path: Path, encoder: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    run("training.contacts.patterns", rows, "--each", 1)
    rows.write_text(rows.read_text().replace('"fold": 1', '"fold": 0'))  # a part to validate on
    run("training.train_contacts", rows, tmp_path / "weights", "--epochs", 1, "--encoder", encoder)
    validation = json.loads((tmp_path / "weights" / "validation.json").read_text())
    assert validation["rows"] > 10
    told = run("training.export_onnx", rows, tmp_path / "weights", tmp_path / "models" / "contacts")
    assert "agrees_with_fp32" in told
    model = ContactModel.load(tmp_path / "models", threads=1)
    judged = model.judge([Candidate("a", "b", 0, "[unused1] met [unused2].", "")])
    assert 0 < judged[0].contact < 1


def test_a_teacher_labels_news_and_the_student_learns_of_it(tmp_path: Path, encoder: Path) -> None:
    from transformers import AutoTokenizer, MPNetConfig, MPNetModel

    shape = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 64}
    teacher = tmp_path / "teacher"
    MPNetModel(MPNetConfig(vocab_size=30527, **shape)).save_pretrained(teacher)
    AutoTokenizer.from_pretrained(encoder).save_pretrained(teacher)
    rows, news, soft = tmp_path / "rows.jsonl", tmp_path / "news.jsonl", tmp_path / "soft.jsonl"
    run("training.contacts.patterns", rows, "--each", 1)
    rows.write_text(rows.read_text().replace('"fold": 1', '"fold": 0'))
    told = {"id": "n", "published": "2022-02-12", "title": "Call", "text": "Emmanuel Macron rang Vladimir Putin today."}
    news.write_text(json.dumps(told) + "\n")
    run("training.teach_contacts", rows, news, soft, "--teacher", teacher, "--epochs", 1, "--upper", 1)
    labelled = [json.loads(line) for line in soft.read_text().splitlines()]
    assert [r["target"] for r in labelled] == ["[unused1] rang [unused2] today."]
    assert sum(labelled[0]["soft"]["status"]) == pytest.approx(1, abs=0.01)
    said = run("training.train_contacts", rows, tmp_path / "w", "--epochs", 1, "--encoder", encoder, "--soft", soft)
    assert f"{sum(1 for _ in rows.open()) - labelled_held(rows) + 1} candidates to train on" in said


def labelled_held(rows: Path) -> int:
    return sum(json.loads(line)["fold"] == 0 for line in rows.open())


def test_topic_model_from_items_to_run_time(tmp_path: Path, encoder: Path) -> None:
    pytest.importorskip("sklearn", reason="the topic head needs scikit-learn: pip install scikit-learn")
    gold = tmp_path / "gold.jsonl"
    lines = [{"id": str(k), "title": "t", "text": "Sanctions.", "topics": ["sanctions"] * (k % 2)} for k in range(6)]
    gold.write_text("".join(json.dumps(line) + "\n" for line in lines))
    options = ("--epochs", 1, "--encoder", encoder, "--composed", 20, "--balance", gold)
    told = run("training.train_topics", tmp_path / "models" / "topics", *options)
    assert "balance_macro_f1" in told
    model = TopicModel.load(tmp_path / "models", ROOT / "config" / "topics.yaml", threads=1)
    assert len(model.scores(Article("x", "A title", "A text."))) == 9
