"""The schema as a page for people, from the catalog of a live database: every table, column, key and comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import connection as Connection

SCHEMAS = ("mart", "core", "staging", "meta")
SHORT = {"timestamp with time zone": "timestamptz", "double precision": "float8", "character varying": "varchar"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `comment` is empty where it has none."""

    name: str
    type: str
    nullable: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: `columns` name a row of `target`. `single`: at most one row names the same one."""

    columns: tuple[str, ...]
    target: str
    optional: bool
    single: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view; `name` has its schema."""

    name: str
    is_view: bool
    comment: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...]

    @property
    def schema(self) -> str:
        return self.name.partition(".")[0]

    def refers(self, column: str) -> Reference | None:
        """The foreign key that begins with `column`."""
        return next((r for r in self.references if r.columns[0] == column), None)


@dataclass(frozen=True, slots=True)
class Extra:
    """A function or a vocabulary: its name, what it takes and gives or its words, and its comment."""

    name: str
    form: str
    comment: str


def schema_page(conn: Connection) -> str:
    """The whole page as Markdown. The same schema gives the same page."""
    relations, schemas = read_relations(conn), read_schemas(conn)
    parts = [
        "# The schema",
        "Written by `hotline docs schema` from the database's own comments; a test holds that it is up to date. "
        "[warehouse.md](warehouse.md) says how to ask it.",
        "- " + "\n- ".join(f"[`{name}`](#{name}): {comment}" for name, comment in schemas.items()),
        "## The star\n\nFacts and the bridge of `mart`, with the dimensions that their columns name.",
        _mermaid(star(relations)),
        "## Tables and their keys\n\nEvery foreign key; columns that are no keys stand below.",
        _mermaid(entities(relations)),
        "The same as text:\n\n" + "\n".join(_arrows(relations)),
    ]
    functions, vocabularies = _by_schema(read_functions(conn)), _by_schema(read_vocabularies(conn))
    for schema, comment in schemas.items():
        parts.append(f"## {schema}\n\n{comment}")
        parts += [_section(relation) for relation in relations if relation.schema == schema]
        for title, extras in (("Functions", functions.get(schema)), ("Vocabularies", vocabularies.get(schema))):
            parts += [_list(title, extras)] if extras else []
    return "\n\n".join(parts) + "\n"


def read_schemas(conn: Connection) -> dict[str, str]:
    """Each schema that is there and its comment, in the order of interest."""
    rows = _rows(conn, "SELECT nspname, coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace")
    comments: dict[str, str] = dict(rows)
    return {name: comments[name] for name in SCHEMAS if name in comments}


def read_relations(conn: Connection) -> list[Relation]:
    """Every table and view of our schemas, by name; partitions stand for themselves only in their parent."""
    references: dict[str, list[Reference]] = {}
    for table, target, columns, optional, single in _rows(
        conn,
        """
        SELECT
            one.nspname || '.' || child.relname, other.nspname || '.' || parent.relname, named.columns, named.optional,
            EXISTS (
                SELECT FROM pg_index
                WHERE indrelid = conrelid AND indisunique AND indpred IS NULL
                  AND (SELECT array_agg(k ORDER BY k) FROM unnest(indkey::smallint[]) AS k)
                    = (SELECT array_agg(k ORDER BY k) FROM unnest(conkey) AS k)
            )
        FROM pg_constraint
        JOIN pg_class AS child ON child.oid = conrelid JOIN pg_namespace AS one ON one.oid = child.relnamespace
        JOIN pg_class AS parent ON parent.oid = confrelid JOIN pg_namespace AS other ON other.oid = parent.relnamespace
        CROSS JOIN LATERAL (
            SELECT array_agg(attname::text ORDER BY place) AS columns, bool_or(NOT attnotnull) AS optional
            FROM unnest(conkey) WITH ORDINALITY AS part (number, place)
            JOIN pg_attribute ON attrelid = conrelid AND attnum = part.number
        ) AS named
        WHERE contype = 'f' AND conparentid = 0 AND one.nspname = ANY (%s)
        ORDER BY 1, 3, 2
        """,
    ):
        references.setdefault(table, []).append(Reference(tuple(columns), target, optional, single))
    columns_of: dict[str, list[Column]] = {}
    for table, name, kind, nullable, comment in _rows(
        conn,
        """
        SELECT nspname || '.' || relname, attname, format_type(atttypid, atttypmod), NOT attnotnull,
            coalesce(col_description(attrelid, attnum), '')
        FROM pg_attribute JOIN pg_class AS class ON class.oid = attrelid
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE attnum > 0 AND NOT attisdropped AND nspname = ANY (%s)
        ORDER BY attrelid, attnum
        """,
    ):
        columns_of.setdefault(table, []).append(Column(name, _short(kind), nullable, comment))
    return [
        Relation(
            name,
            kind in ("v", "m"),
            comment,
            tuple(columns_of.get(name, ())),
            tuple(key or ()),
            tuple(references.get(name, ())),
        )
        for name, kind, comment, key in _rows(
            conn,
            """
            SELECT nspname || '.' || relname, relkind, coalesce(obj_description(class.oid, 'pg_class'), ''), (
                SELECT array_agg(attname::text ORDER BY place)
                FROM pg_index
                CROSS JOIN LATERAL unnest(indkey::smallint[]) WITH ORDINALITY AS part (number, place)
                JOIN pg_attribute ON attrelid = indrelid AND attnum = part.number
                WHERE indrelid = class.oid AND indisprimary
            )
            FROM pg_class AS class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition AND nspname = ANY (%s)
            ORDER BY 1
            """,
        )
    ]


def read_functions(conn: Connection) -> list[Extra]:
    """Our own functions; those of extensions are not ours."""
    return [
        Extra(name, f"({takes}) → {gives}", comment)
        for name, takes, gives, comment in _rows(
            conn,
            """
            SELECT nspname || '.' || proname, pg_get_function_arguments(proc.oid), pg_get_function_result(proc.oid),
                coalesce(obj_description(proc.oid, 'pg_proc'), '')
            FROM pg_proc AS proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
            WHERE nspname = ANY (%s) AND NOT EXISTS (
                SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = proc.oid AND deptype = 'e'
            )
            ORDER BY 1, 2
            """,
        )
    ]


def read_vocabularies(conn: Connection) -> list[Extra]:
    """Domains of words, with the words."""
    return [
        Extra(name, ": " + ", ".join(f"`{word}`" for word in re.findall(r"'(\w+)'::", check)), comment)
        for name, check, comment in _rows(
            conn,
            """
            SELECT nspname || '.' || typname, pg_get_constraintdef(pg_constraint.oid),
                coalesce(obj_description(pg_type.oid, 'pg_type'), '')
            FROM pg_type JOIN pg_namespace ON pg_namespace.oid = typnamespace
            JOIN pg_constraint ON contypid = pg_type.oid AND contype = 'c'
            WHERE typtype = 'd' AND nspname = ANY (%s) ORDER BY 1
            """,
        )
    ]


def uncommented(conn: Connection) -> list[str]:
    """What of our schemas has no comment: tables, views, columns, functions, vocabularies."""
    missing = [name for name, comment in read_schemas(conn).items() if not comment]
    for relation in read_relations(conn):
        missing += [relation.name] if not relation.comment else []
        missing += [f"{relation.name}.{column.name}" for column in relation.columns if not column.comment]
    return missing + [e.name for e in (*read_functions(conn), *read_vocabularies(conn)) if not e.comment]


def entities(relations: Sequence[Relation]) -> list[str]:
    """Lines of an ER diagram: tables with their keys, and their foreign keys."""
    lines = []
    tables = [r for r in relations if not r.is_view]
    linked = {r.name for r in tables if r.references} | {ref.target for r in tables for ref in r.references}
    for relation in tables:
        if relation.name not in linked:
            continue
        keys = []
        for column in relation.columns:
            marks = ["PK"] if column.name in relation.key else []
            marks += ["FK"] if any(column.name in r.columns for r in relation.references) else []
            if marks:
                keys.append(f"        {column.type} {column.name} {', '.join(marks)}")
        lines += [f"    {_entity(relation.name)} {{", *keys, "    }"]
    for relation in tables:
        for ref in relation.references:
            parent, child = "|o" if ref.optional else "||", "o|" if ref.single else "o{"
            label = " ".join(ref.columns)
            lines.append(f"    {_entity(ref.target)} {parent}--{child} {_entity(relation.name)} : {label}")
    return lines


def star(relations: Sequence[Relation]) -> list[str]:
    """Lines of an ER diagram of mart: which column of a fact, bridge or dimension is the key of which dimension."""
    marts = {r.name.partition(".")[2]: r for r in relations if r.schema == "mart"}
    keys = {r.columns[0].name: name for name, r in marts.items() if name.startswith("dim_") and name != "dim_date"}
    lines = []
    for name, relation in marts.items():
        if not name.startswith(("fact_", "bridge_", "dim_")):
            continue
        for number, column in enumerate(relation.columns):
            dimension = keys.get(column.name)
            if column.type == "date" and not name.startswith("dim_"):
                dimension = "dim_date"
            # An outlet's own country is no key of the fact, and a dimension's first column is its own.
            if dimension is not None and not (name.startswith("dim_") and number == 0):
                lines.append(f"    {dimension} ||--o{{ {name} : {column.name}")
    return lines


def _section(relation: Relation) -> str:
    head = ["column", "type", "meaning"] if relation.is_view else ["column", "type", "", "meaning"]
    rows = []
    for column in relation.columns:
        cells = [f"`{column.name}`", column.type, _cell(column.comment)]
        if not relation.is_view:
            marks = ["key"] if column.name in relation.key else []
            reference = relation.refers(column.name)
            marks += [f"→ {reference.target}"] if reference else []
            marks += ["or null"] if column.nullable else []
            cells.insert(2, ", ".join(marks))
        rows.append(cells)
    return f"### {relation.name}\n\n{relation.comment}\n\n{_table(head, rows)}"


def _list(title: str, extras: Iterable[Extra]) -> str:
    lines = [f"- `{e.name}{e.form}`" if e.form.startswith("(") else f"- `{e.name}`{e.form}" for e in extras]
    lines = [f"{line}  \n  {e.comment}" for line, e in zip(lines, extras, strict=True)]
    return f"### {title}\n\n" + "\n".join(lines)


def _arrows(relations: Sequence[Relation]) -> list[str]:
    return [
        f"- `{relation.name}` ({', '.join(ref.columns)}) → `{ref.target}`"
        + (", or none" if ref.optional else "")
        + (", one each" if ref.single else "")
        for relation in relations
        for ref in relation.references
    ]


def _by_schema(extras: Iterable[Extra]) -> dict[str, list[Extra]]:
    found: dict[str, list[Extra]] = {}
    for extra in extras:
        found.setdefault(extra.name.partition(".")[0], []).append(extra)
    return found


def _mermaid(lines: Sequence[str]) -> str:
    return "\n".join(("```mermaid", "erDiagram", *lines, "```"))


def _entity(name: str) -> str:
    return name.replace(".", "_")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _short(kind: str) -> str:
    for long, short in SHORT.items():
        kind = kind.replace(long, short)
    return kind


def _rows(conn: Connection, query: str) -> list[tuple[Any, ...]]:
    with conn.cursor() as cursor:
        cursor.execute(query, (list(SCHEMAS),) if "%s" in query else None)
        return list(cursor.fetchall())
