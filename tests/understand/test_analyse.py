"""`hotline analyse`, as a process and as a function: one answer a line, in order, whatever comes in."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.domain import Article
from pipeline.settings import ROOT
from pipeline.understand.analyse import MAX_TEXT, MAX_TITLE, Analyser, readable

PYTHON = Path(sys.executable)


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    return Analyser.load(ROOT / "config" / "leaders", ROOT / "config" / "topics.yaml", ROOT / "models")


def run(stdin: bytes, *args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [PYTHON, "-c", "from pipeline.cli import main; main()", "analyse", *args]
    return subprocess.run(
        command, input=stdin, capture_output=True, cwd=ROOT, env={**os.environ, **(env or {})}, check=False
    )


CALL = {
    "id": "call", "published": "2022-02-12", "title": "Leaders speak",
    "text": "French President Emmanuel Macron spoke by phone with Vladimir Putin for 90 minutes on Friday.",
}  # fmt: skip


def test_a_call_is_found() -> None:
    done = run(json.dumps(CALL).encode() + b"\n")
    assert (done.returncode, done.stderr) == (0, b"")
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert row["id"] == "call"
    (contact,) = row["contacts"]
    assert [p["name"] for p in contact["participants"]] == ["Emmanuel Macron", "Vladimir Putin"]
    assert (contact["mode"], contact["status"], contact["date"]) == ("phone", "occurred", "2022-02-11")
    assert contact["duration_minutes"] == 90
    whole = CALL["title"] + "\n" + CALL["text"]
    assert all(whole[e["start"] : e["end"]] == e["text"] for e in contact["evidence"])


def test_malformed_lines_are_answered_in_their_place_and_the_rest_is_analysed(tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    good = [json.dumps({**CALL, "id": f"good-{k}"}).encode() for k in range(2)]
    file.write_bytes(b"\xef\xbb\xbf" + b"\n".join([good[0], b"{broken", b"", b'{"id": "x", "text": 5}', good[1]]))
    done = run(b"", str(file))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [(r["id"], "error" in r) for r in rows] == [("good-0", False), (None, True), ("x", True), ("good-1", False)]
    assert len(rows[0]["contacts"]) == len(rows[3]["contacts"]) == 1


def test_nothing_in_nothing_out() -> None:
    done = run(b"")
    assert (done.returncode, done.stdout) == (0, b"")


def test_a_missing_file_is_one_clear_line() -> None:
    done = run(b"", "no-such-file.jsonl")
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"no-such-file.jsonl" in done.stderr


def test_a_missing_model_is_one_clear_line(tmp_path: Path) -> None:
    done = run(b"", env={"HOTLINE_MODELS_DIR": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr.startswith(b"hotline analyse: ")
    assert str(tmp_path).encode() in done.stderr
    assert b"Traceback" not in done.stderr


def test_neither_airflow_nor_torch_nor_a_database_driver_is_imported() -> None:
    code = (
        "import sys; from pipeline.understand.analyse import Analyser; import pipeline.cli.analyse;"
        "bad = {'airflow', 'torch', 'psycopg2', 'httpx', 'sqlalchemy'} & set(sys.modules); assert not bad, bad"
    )
    subprocess.run([PYTHON, "-c", code], cwd=ROOT, check=True)


def test_the_first_answer_comes_soon() -> None:
    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    run(json.dumps(CALL).encode())
    assert spent() - before < 12  # of CPU, since tests share the machine; 2 to 3 s by the clock where it is idle


def hostile() -> Iterator[tuple[str, Article]]:
    text = CALL["text"]
    yield "empty", Article("a", "", "")
    yield "blank", Article("a", " \n\t ", "\n \u2028 \x00")
    yield "control characters", Article("a", "\x00\x07", text.replace(" ", "\x0b"))
    yield "half surrogates", Article("a", "\ud800", f"\udfff {text} \ud800")
    yield "no spaces", Article("a", "", "Macron" * 20_000)
    yield "one endless sentence", Article("a", "", "Emmanuel Macron met Vladimir Putin and " * 3_000)
    yield "names alone", Article("a", "", "Macron Putin Scholz Biden Xi Modi Trudeau. " * 300)
    yield "numbers", Article("a", "", "1 hour and 40 minutes " * 3_000)
    yield "brackets", Article("a", "", "([{<\"'" * 20_000)
    yield "combining marks", Article("a", "", "Macron" + "\u0301" * 50_000 + " met Putin.")
    yield "right to left", Article("a", "", "\u202e" + text)
    yield "a huge title", Article("a", text * 100, text)
    yield (
        "markers of the model",
        Article("a", "", "[unused1] met [unused2] and [SEP] [CLS] [MASK] Macron phoned Putin."),
    )
    yield "year zero words", Article("a", "", "Macron met Putin on 0000-00-00 and 9999-12-31 and Feb. 31.")


@pytest.mark.parametrize(("name", "article"), list(hostile()), ids=[name for name, _ in hostile()])
def test_hostile_texts(analyser: Analyser, name: str, article: Article) -> None:
    started = time.monotonic()
    analysis = analyser.analyse(article)
    for contact in analysis.contacts:
        assert all(article.whole[e.start : e.end] == e.text for e in contact.evidence)
    assert time.monotonic() - started < 60


def test_long_texts_are_read_to_a_bound() -> None:
    assert len(readable(Article("a", "T", "x" * (MAX_TEXT + 9))).text) == MAX_TEXT
    cut = readable(Article("a", "T" * (MAX_TITLE + 9), "x"))
    assert (len(cut.title), cut.text) == (MAX_TITLE, "")


def test_tags_of_feeds_part_sentences_and_leave_offsets_alone(analyser: Analyser) -> None:
    text = "<p>Rain fell.</p><p>Emmanuel <b>Macron</b> phoned Vladimir Putin on Friday</p><p>Snow fell.</p> 1 < 2 > 0"
    plain = readable(Article("a", "", text)).text
    assert len(plain) == len(text)
    assert "<p>" not in plain
    assert plain.endswith("1 < 2 > 0")
    (contact,) = analyser.analyse(Article("a", "", text)).contacts
    assert contact.evidence[0].text == "Emmanuel <b>Macron</b> phoned Vladimir Putin on Friday"


def test_another_language_yields_nothing_rather_than_guesses(analyser: Analyser) -> None:
    found = analyser.analyse(Article("a", CALL["title"], CALL["text"], language="fr"))
    assert (found.topics, found.contacts) == ((), ())


def test_the_same_article_gives_the_same_analysis_alone_or_among_others(analyser: Analyser) -> None:
    article = Article("a", CALL["title"], CALL["text"])
    other = Article("b", "", "Olaf Scholz met Joe Biden in Berlin. It rained all day.")
    alone = analyser.analyse(article)
    assert [alone, alone] == [
        x for x in analyser.analyse_many([article, other, article]) if x.contacts == alone.contacts
    ]


def test_the_version_names_rules_and_models(analyser: Analyser) -> None:
    assert analyser.version.startswith("rules-")
    assert analyser.version == analyser.analyse(Article("a", "", "")).version
