"""The run time of the models, on the real files in models/."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.settings import ROOT
from pipeline.understand.encoder import Encoder, ModelError, ModelFolder, sigmoid, softmax

TOPICS = ROOT / "models" / "topics"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(ModelFolder.open(TOPICS, "topics"), threads=2)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_int8_vectors_are_as_alike_as_those_of_the_full_network(encoder: Encoder) -> None:
    probes = encoder.folder.card["probes"]
    assert len(probes) >= 3
    for probe in probes:
        first, second = encoder.run([probe["first"], probe["second"]])
        assert cosine(first, second) == pytest.approx(probe["cosine"], abs=0.05), probe


def test_a_text_has_the_same_vector_whatever_stands_beside_it(encoder: Encoder) -> None:
    alone = encoder.run(["Talks went on."])[0]
    among = encoder.run(
        ["A" * 50, "Talks went on.", "Ministers met, dined, and left without a word to the press. " * 9]
    )[1]
    assert np.array_equal(alone, among)


def test_a_text_longer_than_the_model_reads_is_cut_not_refused(encoder: Encoder) -> None:
    vectors = encoder.run(["word " * 5000, ""])
    assert vectors.shape == (2, 384)
    assert np.isfinite(vectors).all()


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.run([]).shape[0] == 0


def test_tokens_are_counted_without_the_special_ones(encoder: Encoder) -> None:
    assert encoder.count_tokens(["", "talks", "the talks"]) == [0, 1, 2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder that passes the checks; its weights are never run."""
    import hashlib

    place = tmp_path / "topics"
    place.mkdir()
    (place / "model.onnx").write_bytes(b"weights")
    files = {"model.onnx": hashlib.sha256(b"weights").hexdigest()}
    card = {"kind": "topics", "version": "topics-1", "max_tokens": 96, "files": files}
    (place / "model.json").write_text(json.dumps(card))
    return place


def test_a_whole_folder_is_opened(folder: Path) -> None:
    opened = ModelFolder.open(folder, "topics")
    assert (opened.version, opened.max_tokens) == ("topics-1", 96)


def test_a_missing_folder_is_told_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no such file.*git checkout -- models/nowhere.*rebuild"):
        ModelFolder.open(tmp_path / "nowhere", "topics")


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx: missing"):
        ModelFolder.open(folder, "topics")


def test_damaged_weights_are_refused(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"weightz")
    with pytest.raises(ModelError, match="SHA-256"):
        ModelFolder.open(folder, "topics")


def test_a_model_of_another_kind_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="kind 'topics', but 'contacts' is wanted"):
        ModelFolder.open(folder, "contacts")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kind": "topics"}'])
def test_an_unreadable_card_is_told_as_such(folder: Path, text: str) -> None:
    (folder / "model.json").write_text(text)
    with pytest.raises(ModelError, match="not a readable model card"):
        ModelFolder.open(folder, "topics")


def test_the_shipped_folders_stay_small() -> None:
    size = sum(f.stat().st_size for f in (ROOT / "models").rglob("*") if f.is_file())
    assert size < 60_000_000, "weights stay in git for good"


def test_a_copied_folder_needs_nothing_else(tmp_path: Path, encoder: Encoder) -> None:
    shutil.copytree(TOPICS, tmp_path / "topics")
    copy = Encoder(ModelFolder.open(tmp_path / "topics", "topics"), threads=1)
    assert copy.run(["Talks went on."]).shape == (1, 384)


def test_sigmoid_and_softmax_do_not_overflow() -> None:
    assert sigmoid(np.array([-1000, 0, 1000], dtype=np.float32)).tolist() == [0.0, 0.5, 1.0]
    assert softmax(np.array([[1000, 0], [1, 1]], dtype=np.float32)).tolist() == [[1.0, 0.0], [0.5, 0.5]]
