"""pg_dump, pg_restore and psql: found, checked against the server, and run without a password on their command line."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from pipeline.runtime.errors import RuntimeFault
from pipeline.settings import Settings
from pipeline.warehouse.binaries import server_env
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.snapshot import SCHEMAS, extensions


class ToolFault(RuntimeFault):
    """A program of PostgreSQL's is missing, too old, or failed."""


def dump(settings: Settings, connection: Connection, snapshot: str, target: Path) -> None:
    """Write our schemas as `snapshot` sees them to `target`, in the custom format."""
    program, environment = find_tool(settings, "pg_dump", connection.server_version)
    only = [f"--schema={schema}" for schema in SCHEMAS] + [f"--extension={name}" for name in extensions(connection)]
    where, password = _where(connection)
    done = subprocess.run(
        [program, where, "--no-password", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
         *only, f"--file={target}"],
        env=environment | password, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise ToolFault(f"pg_dump failed: {done.stderr.strip()[-1500:]}", "Mend that, and try again.")


def load(settings: Settings, connection: Connection, source: Path) -> None:
    """Put `source` in the place of what the warehouse holds, in one transaction: all of it, or nothing happens.

    pg_restore's own --single-transaction cannot empty the warehouse first, so it writes its script to psql, and we
    say BEGIN before, and COMMIT only when it has come to its end.
    """
    reader, environment = find_tool(settings, "pg_restore", connection.server_version)
    writer, _ = find_tool(settings, "psql", connection.server_version)
    where, password = _where(connection)
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            [writer, where, "--no-password", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"],
            env=environment | password, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said,
        ) as psql,
        subprocess.Popen(
            [reader, "--no-owner", "--no-privileges", "--file=-", str(source)],
            env=environment, stdout=subprocess.PIPE, stderr=said,
        ) as script,
    ):  # fmt: skip
        assert psql.stdin is not None and script.stdout is not None
        # A broken pipe: psql ended at an error, which it has told.
        with contextlib.suppress(BrokenPipeError):
            psql.stdin.write(b"BEGIN;\nSET client_min_messages TO warning;\n")
            psql.stdin.writelines(f"DROP SCHEMA IF EXISTS {schema} CASCADE;\n".encode() for schema in SCHEMAS)
            shutil.copyfileobj(script.stdout, psql.stdin)
            if script.wait() == 0:
                psql.stdin.write(b"COMMIT;\n")
        script.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            psql.stdin.close()
        ended = psql.wait(), script.wait()
        if any(ended):
            said.seek(0)
            words = said.read()[-1500:].decode("utf-8", "replace").strip()
            raise ToolFault(f"The restore failed: {words}", "The warehouse is what it was. Mend that, and try again.")


def find_tool(settings: Settings, name: str, server_version: int) -> tuple[Path, dict[str, str]]:
    """The program and its environment, of the server's major version or newer: the embedded server's own, else PATH's.

    Raises ToolFault, which says which versions were found.
    """
    needed, seen = server_version // 10000, []
    own = EmbeddedPostgres(settings.home).server / "programs" / "bin" / name
    candidates = [(own, server_env(own.parent))] if own.is_file() else []
    if found := shutil.which(name):
        candidates.append((Path(found), {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}))
    for path, environment in candidates:
        said = subprocess.run([path, "--version"], env=environment, capture_output=True, text=True, check=False).stdout
        number = re.search(r"(\d+)(?:\.\d+)?", said)
        if number and int(number[1]) >= needed:
            return path, environment
        seen.append(f"{path} ({said.strip() or 'does not run'})")
    raise ToolFault(
        f"{name} of PostgreSQL {needed} or newer is needed for this server. Found: {', '.join(seen) or 'none'}.",
        f"Install it (Debian: postgresql-client-{needed}) and put it first in PATH.",
    )


def _where(connection: Connection) -> tuple[str, dict[str, str]]:
    """The connection as an option, without the password: every user of the machine can read command lines."""
    told = " ".join(f"{key}='{_quoted(value)}'" for key, value in connection.get_dsn_parameters().items())
    return f"--dbname={told}", {"PGPASSWORD": connection.info.password} if connection.info.password else {}


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
