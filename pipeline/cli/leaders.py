"""`hotline leaders ...`: who leads what and when; check the registry, add a leader, take in a newer Wikidata export."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.understand.leaderfiles import LeaderFiles, TermRow
    from pipeline.understand.leaderupdate import Step

SHOWN = 60  # steps of one kind that `update` prints


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="Leaders: list, check, add one, take in a newer Wikidata export.")
    group.command("list")(list_leaders)
    group.command("check")(check)
    group.command("add")(add)
    group.command("update")(update)
    app.add_typer(group, name="leaders")


def list_leaders(
    name: Annotated[str | None, typer.Argument(help="A name or a part of it: all terms ever.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO code, body or name: FRA, EU, France.")] = None,
    on: Annotated[str | None, typer.Option(help="Day, YYYY-MM-DD; today, unless a name is given.")] = None,
) -> None:
    """Who led what on a day: the heads of a country, or the terms of a person."""
    from rich.table import Column, Table

    from pipeline.settings import get_settings
    from pipeline.understand.leaderfiles import LeaderFiles, slug

    terminal = Terminal()
    with _faults(terminal):
        settings = get_settings()
        files = LeaderFiles.read(settings.leaders_dir)
        code = _country(files, country) if country else None
        day = _day(on, "--on") if on else None if name else settings.now().date()
        wanted = slug(name) if name else ""
        table = Table("country", "office", Column("name", no_wrap=True), "from", "until", "id", "")
        found = [
            t
            for t in files.terms
            if (code is None or t.country == code)
            and (day is None or t.first <= day <= t.last)
            and any(wanted in slug(n) for n in _names(files, t.person_id))
            and (name or t.role == "leader")
        ]
        for t in sorted(found, key=lambda t: (t.country, t.role != "leader", t.office_class, t.first)):
            note = "" if t.role == "leader" else "no leader"
            table.add_row(t.country, t.office, files.name(t.person_id), t.start, t.end, t.person_id, note)
        if not found:
            terminal.say("Nobody. `hotline leaders list --country FRA --on 2022-02-12` shows how to ask.")
            raise typer.Exit(1)
        terminal.console.print(table)


def check() -> None:
    """Check the registry: overlaps and gaps in offices, codes, ids, genders, names. Exit status 1 tells of faults."""
    from pipeline.settings import get_settings
    from pipeline.understand import leaderchecks
    from pipeline.understand.registry import Registry

    terminal = Terminal()
    with _faults(terminal):
        directory = get_settings().leaders_dir
        findings = leaderchecks.check(directory)
        registry = Registry.load(directory)
        for finding in findings:
            terminal.say(str(finding))
        terms = sum(len(p.terms) for p in registry.people.values())
        excused = len(leaderchecks.load_exceptions(directory))
        counts = f"{len(registry.people):,} people, {terms:,} terms, {len(registry.countries)} countries and bodies"
        told = f"{len(findings)} faults" if findings else "sound"
        terminal.say(f"{counts}: {told} ({excused} exceptions with their reasons in {leaderchecks.EXCEPTIONS}).")
        if findings:
            raise typer.Exit(1)


def add(
    name: Annotated[str, typer.Argument(help="As news prints it, given name first where that is the custom.")],
    country: Annotated[str, typer.Option(help="ISO code, body or name: FRA, EU, France.")],
    office: Annotated[str, typer.Option(help="As printed: President, Prime Minister, King, Foreign Minister.")],
    start: Annotated[str, typer.Option(help="First day: YYYY-MM-DD, YYYY-MM or YYYY.")],
    end: Annotated[str, typer.Option(help="Last day; leave it out for somebody still in office.")] = "",
    gender: Annotated[str, typer.Option(help="m or f.")] = "",
    wikidata_id: Annotated[str, typer.Option("--id", help="Wikidata id, Q...; unless given, a local one.")] = "",
    short: Annotated[list[str] | None, typer.Option(help="What news says alone: 'Macron'. Give several.")] = None,
    other: Annotated[list[str] | None, typer.Option(help="Another full name or spelling. Give several.")] = None,
    no_leader: Annotated[bool, typer.Option(help="A minister, envoy or heir, who must not be taken for one.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    anyway: Annotated[bool, typer.Option(help="Even if `hotline leaders check` finds fault with it.")] = False,
) -> None:
    """Add a term, and the person if they are new; a predecessor still in office leaves it at the start."""
    from pipeline.settings import get_settings
    from pipeline.understand.leaderfiles import OWN, LeaderFiles, TermRow, slug
    from pipeline.understand.leaderupdate import person_row, predecessors

    terminal = Terminal()
    with _faults(terminal):
        if gender not in ("m", "f", "") or (not gender and not no_leader):
            raise _Fault(f"--gender is '{gender}': give m or f, so that 'he' and 'she' are understood.")
        files = LeaderFiles.read(get_settings().leaders_dir)
        code = _country(files, country)
        _day(start, "--start")
        role, kind = ("other", "other") if no_leader else ("leader", _office_class(files, code, office))
        known = [wikidata_id] if wikidata_id else files.find(name)
        if len(known) > 1:
            names = ", ".join(f"{p} ({'; '.join(str(t) for t in files.terms if t.person_id == p)})" for p in known)
            raise _Fault(f"Several people are called {name}: {names}. Choose one with --id.")
        person_id = known[0] if known else f"local:{code}:{slug(name)}"
        term = TermRow(person_id, code, role, office, kind, start, end, OWN)
        before = _trial(files)
        changed = [t for t in predecessors(files, term) if not t.end and t.first < term.first]
        if person_id not in files.people:
            row = person_row(term, name, gender)
            row["other_names"] = "|".join(dict.fromkeys([*(other or []), *filter(None, row["other_names"].split("|"))]))
            if short:
                row["press_names"], row["common_press_names"] = "|".join(short), ""
            files.people[person_id] = row
            terminal.say(f"New: {name} ({person_id}); alone: {row['press_names'] or row['common_press_names']}")
        _replace(files, changed, start)
        files.terms.append(term)
        for t in changed:
            terminal.say(f"Ends: {files.name(t.person_id)}, {t}, on {start}")
        terminal.say(f"Adds: {files.name(person_id)}, {term}")
        faults = [says for says in _trial(files) if says not in before]
        for says in faults:
            terminal.say(f"Fault: {says}")
        if faults and not anyway:
            raise _Fault("Nothing was changed. Mend that, or add --anyway.")
        _confirm(yes)
        files.write()
        terminal.say(f"Written to {files.directory}.")


def update(
    exports: Annotated[list[Path], typer.Argument(metavar="EXPORT.csv...", help="Wikidata exports of office terms.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Show what would change, and change nothing.")] = False,
) -> None:
    """Merge newer Wikidata exports: new, ended, changed terms. Own and repaired rows stay, and none is lost."""
    from pipeline.settings import get_settings
    from pipeline.understand.leaderexport import read_export
    from pipeline.understand.leaderfiles import LeaderFiles, read_rows
    from pipeline.understand.leaderupdate import apply, plan

    terminal = Terminal()
    with _faults(terminal):
        files = LeaderFiles.read(get_settings().leaders_dir)
        repairs = files.directory / "repairs.csv"
        codes = _codes(files)
        told = [read_export(path, codes) for path in exports]
        terms = [e for found, _ in told for e in found]
        steps = plan(files, terms, read_rows(repairs) if repairs.exists() else [])
        _show(terminal, steps)
        skipped = sum(len(notes) for _, notes in told)
        terminal.say(f"{len(terms):,} terms read, {skipped} rows skipped (no office of a leader, or dates reversed).")
        applied = [s for s in steps if s.kind != "conflict"]
        if not applied:
            terminal.say("Nothing to change.")
            return
        if dry_run:
            terminal.say("Nothing was changed (--dry-run).")
            return
        _confirm(yes)
        count = len(files.terms)
        before = _trial(files)
        newcomers = apply(files, steps)
        if len(files.terms) < count:  # a program error; better no update than a lost row
            raise _Fault(f"The update would lose {count - len(files.terms)} rows. Nothing was changed.")
        faults = [says for says in _trial(files) if says not in before]
        files.write()
        terminal.say(f"Written to {files.directory}: {len(applied)} changes, {len(newcomers)} new people.")
        if faults:
            terminal.say("Now mend these, as far as they matter to you:")
            for says in faults:
                terminal.say(f"  {says}")


class _Fault(Exception):
    """What is wrong and what to do, for the terminal."""


@contextmanager
def _faults(terminal: Terminal) -> Iterator[None]:
    from pipeline.understand.registry import RegistryError

    try:
        yield
    except (_Fault, RegistryError) as fault:
        terminal.say(str(fault))
        raise typer.Exit(2) from None


def _show(terminal: Terminal, steps: Sequence[Step]) -> None:
    counts = Counter(step.kind for step in steps)
    for kind, number in counts.items():
        terminal.say(f"{kind}: {number}")
        for step in [s for s in steps if s.kind == kind][:SHOWN]:
            terminal.say(f"  {step.person}: {step.says} (row {step.row})")
        if number > SHOWN:
            terminal.say(f"  ... and {number - SHOWN} more")


def _trial(files: LeaderFiles) -> list[str]:
    """What `check` says of the rows in memory."""
    from pipeline.understand import leaderchecks

    with tempfile.TemporaryDirectory(prefix="leaders-") as name:
        files.lay(Path(name))
        return [str(finding) for finding in leaderchecks.check(Path(name))]


def _confirm(yes: bool) -> None:
    if not yes and not typer.confirm("Write this?"):
        raise _Fault("Nothing was changed.")


def _replace(files: LeaderFiles, terms: Sequence[TermRow], end: str) -> None:
    from dataclasses import replace

    files.terms = [replace(t, end=end) if t in terms else t for t in files.terms]


def _names(files: LeaderFiles, person_id: str) -> list[str]:
    row = files.people[person_id]
    return [n for n in (row["name"], *row["other_names"].split("|"), *row["press_names"].split("|")) if n]


def _codes(files: LeaderFiles) -> dict[str, str]:
    from pipeline.understand.leaderfiles import read_rows

    codes: dict[str, str] = {}
    for row in read_rows(files.directory / "countries.csv"):
        for word in (row["iso3"], row["name"], *row["other_names"].split("|")):
            codes.setdefault(word, row["iso3"])
    return codes


def _country(files: LeaderFiles, text: str) -> str:
    by_word = {word.casefold(): code for word, code in _codes(files).items()}
    if text.casefold() not in by_word:
        raise _Fault(f"country '{text}' is unknown: give an ISO 3166-1 alpha-3 code as FRA, a body as EU, or a name.")
    return by_word[text.casefold()]


def _office_class(files: LeaderFiles, country: str, office: str) -> str:
    """The class of an office: as others of the country have it, or as the word for it says."""
    from pipeline.understand.leaderexport import CLASS_OF_REPAIR, OFFICES
    from pipeline.understand.leaderfiles import read_rows

    same = [t.office_class for t in files.terms if t.country == country and t.office.casefold() == office.casefold()]
    if same:
        return same[-1]
    if office in OFFICES and OFFICES[office][1]:
        return OFFICES[office][1]
    if office in CLASS_OF_REPAIR:
        return CLASS_OF_REPAIR[office]
    words = {r["word"]: r["office_classes"] for r in read_rows(files.directory / "office_words.csv")}
    if office.casefold() in words:
        return words[office.casefold()].split("|")[0]
    raise _Fault(f"office '{office}' is unknown: use a word of office_words.csv as 'President', or --no-leader.")


def _day(text: str, option: str) -> date:
    from pipeline.understand.registry import parse_date

    try:
        return parse_date(text)
    except ValueError:
        raise _Fault(f"{option} is '{text}': write YYYY-MM-DD.") from None
