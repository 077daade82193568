"""`hotline topics ...`: the topics of config/topics.yaml; add one, train it, and see why a text has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.understand.topics import TopicModel
    from pipeline.understand.topicsconfig import TopicDefinition

# A topic this far below its threshold is shown by `try` as well: it may hold once a word changes.
NEARLY = 0.2
SENTENCES = 3


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="Topics: list them, add your own, train and try them.")
    group.command("list")(list_topics)
    group.command("add")(add)
    group.command("train")(train)
    group.command("try")(try_text)
    app.add_typer(group, name="topics")


def list_topics() -> None:
    """List the topics of config/topics.yaml and how each is found."""
    from rich.table import Column, Table

    terminal = Terminal()
    with _faults(terminal):
        model = _model()
        table = Table(Column("topic", no_wrap=True), "threshold", "examples", "not", "found by")
        for t in model.topics:
            counts = (str(len(t.examples)), str(len(t.not_examples)))
            table.add_row(t.topic, f"{t.threshold:g}", *counts, _how(model, t))
        terminal.console.print(table)


def add(
    topic: Annotated[str, typer.Argument(metavar="ID", help="Lower-case letters, digits and underscores.")],
    label: Annotated[str, typer.Option(help="What readers see.")],
    description: Annotated[str, typer.Option(help="What belongs to the topic, in a sentence.")],
    example: Annotated[
        list[str] | None, typer.Option(help="A sentence of the topic as news words it; give several.")
    ] = None,
    not_example: Annotated[
        list[str] | None, typer.Option(help="A sentence that looks like the topic and is none; give several.")
    ] = None,
    threshold: Annotated[float, typer.Option(help="The least score, 0 to 1, that counts.")] = 0.5,
) -> None:
    """Add a topic at the end of config/topics.yaml; the rest of the file stays as it is."""
    from pipeline.settings import get_settings
    from pipeline.understand.owntopics import LEAST_EXAMPLES
    from pipeline.understand.topicsconfig import TopicDefinition
    from pipeline.understand.topicsedit import add_topic

    terminal = Terminal()
    with _faults(terminal):
        file = get_settings().topics_file
        texts = [_tidy(e) for e in example or ()]
        new = TopicDefinition(
            topic,
            _tidy(label),
            _tidy(description),
            threshold,
            tuple(texts),
            tuple(_tidy(e) for e in not_example or ()),
        )
        add_topic(file, new)
        terminal.say(f"{topic} is added to {file}. It counts from the next run on, by likeness to its examples.")
        if len(set(texts)) >= LEAST_EXAMPLES:
            terminal.say(
                f"`hotline topics train {topic}` makes it surer; `hotline topics try TEXT` shows what it finds."
            )
        else:
            terminal.say(f"With {LEAST_EXAMPLES} examples or more it can be trained: add them there under `examples:`.")


def train(
    topic: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="These topics; all of your own, unless given.")
    ] = None,
) -> None:
    """Train the topics that you added, from their examples; takes seconds, needs no network, leaves models/ as it is.

    Exit status 1 tells that a topic could not be trained; the others are.
    """
    from pipeline.settings import get_settings
    from pipeline.understand import owntopics

    terminal = Terminal()
    with _faults(terminal):
        model = _model()
        chosen = [_own(model, name) for name in topic] if topic else list(model.own)
        if not chosen:
            terminal.say("There is no topic of your own to train. `hotline topics add` adds one.")
            return
        heads = {**model.heads}
        failed = False
        for definition in chosen:
            try:
                head = owntopics.train(definition, model.encoder, model.background)
            except ValueError as fault:
                terminal.say(f"{definition.topic}: not trained. {fault}.")
                failed = True
                continue
            heads[head.topic] = head
            terminal.say(
                f"{head.topic}: trained on {head.examples} examples, {head.not_examples} counterexamples and ordinary "
                f"news. On sentences left out in turn: precision {head.precision:.2f}, recall {head.recall:.2f}."
            )
            if head.precision < 0.8 or head.recall < 0.8:
                terminal.say("  That is weak. More and more varied examples help most, then counterexamples.")
        terminal.say(f"The result is in {owntopics.save(get_settings().own_topics_dir, heads)}.")
        if failed:
            raise typer.Exit(1)


def try_text(
    text: Annotated[str, typer.Argument(help="A sentence or a whole article; '-' reads standard input.")],
    title: Annotated[str, typer.Option(help="The headline.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Show every topic, not only those that hold or nearly.")] = (
        False
    ),
) -> None:
    """Show which topics a text has, how surely, and which of its sentences count."""
    import sys

    from pipeline.domain import Article
    from pipeline.understand.analyse import readable

    terminal = Terminal()
    with _faults(terminal):
        body = sys.stdin.read() if text == "-" else text
        article = readable(Article("try", title, body))
        if not article.whole.strip():
            raise _Fault(
                "There is no text. Give it in quotes after `hotline topics try`, or '-' to read standard input."
            )
        model = _model()
        scores = model.scores(article)
        shown = sorted(
            (t for t in model.topics if everything or scores[t.topic] >= t.threshold - NEARLY),
            key=lambda t: (t.threshold > scores[t.topic], -scores[t.topic]),
        )
        alone = model.by_sentence(article) if shown else []
        for t in shown:
            verdict = "holds" if scores[t.topic] >= t.threshold else "no"
            terminal.say(f"{t.topic}  {scores[t.topic]:.2f}  (threshold {t.threshold:g}: {verdict})")
            for sentence, score in _counting(t, alone):
                terminal.say(f"    {score:.2f}  {sentence}")
        if not shown:
            terminal.say("No topic holds or nearly does. `--all` shows every score.")


def _counting(topic: TopicDefinition, alone: list[tuple[str, dict[str, float]]]) -> list[tuple[str, float]]:
    """The sentences that would hold the topic alone, loudest first; where none does, the loudest that nearly does."""
    ranked = sorted(((sentence, found[topic.topic]) for sentence, found in alone), key=lambda pair: -pair[1])
    return [pair for pair in ranked if pair[1] >= topic.threshold][:SENTENCES] or [
        pair for pair in ranked[:1] if pair[1] >= topic.threshold - NEARLY
    ]


def _how(model: TopicModel, topic: TopicDefinition) -> str:
    if topic.topic in model.shipped:
        return "shipped model"
    if head := model.heads.get(topic.topic):
        return f"own head (precision {head.precision:.2f}, recall {head.recall:.2f})"
    if topic.topic in model.outdated:
        return "likeness; its lines changed since training: hotline topics train"
    return "likeness to its examples"


def _own(model: TopicModel, name: str) -> TopicDefinition:
    for definition in model.own:
        if definition.topic == name:
            return definition
    own = ", ".join(t.topic for t in model.own) or "none yet"
    if name in model.shipped:
        raise _Fault(f"{name!r} comes trained; `train` is for topics of your own ({own}).")
    raise _Fault(f"No topic of your own is named {name!r}; there are: {own}.")


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _model() -> TopicModel:
    from pipeline.settings import get_settings
    from pipeline.understand.topics import TopicModel

    settings = get_settings()
    return TopicModel.load(settings.models_dir, settings.topics_file, settings.threads, settings.own_topics_dir)


class _Fault(Exception):
    """What the user can mend; printed without a traceback."""


@contextmanager
def _faults(terminal: Terminal) -> Iterator[None]:
    from pipeline.understand.encoder import ModelError
    from pipeline.understand.topicsconfig import TopicsConfigError

    with terminal.faults():
        try:
            yield
        except (_Fault, ModelError, TopicsConfigError, OSError) as fault:
            terminal.say(str(fault))
            raise typer.Exit(1) from None
