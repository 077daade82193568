"""Which user the embedded server runs as. PostgreSQL refuses to run as root, so root lends it another account."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.warehouse.errors import ServerFault

# `postgres` where a PostgreSQL is installed; `nobody` exists everywhere.
CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged user that root runs the server as."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Give `path` to this user."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, directory: Path) -> bool:
        """Whether this user may enter `directory`; asked of the kernel, since ACLs and mounts have a say too."""
        return run_as(self, ["/bin/sh", "-c", 'cd "$1"', "sh", str(directory)]).returncode == 0


def server_account(data: Path) -> Account | None:
    """The account for a server over `data`; None when we are not root, and it runs as ourselves.

    An existing data directory decides: its files belong to one user for good.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (uid := data.stat().st_uid) != 0:
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            raise ServerFault(
                f"{data} belongs to user id {uid}, which this machine does not know.",
                f"Give it to a known user (chown -R), or delete {data.parent} to begin afresh.",
            ) from None
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ServerFault(
        f"PostgreSQL does not run as root, and there is no user {' or '.join(CANDIDATES)} to run it as.",
        "Run as an ordinary user, or set HOTLINE_WAREHOUSE_DSN to a PostgreSQL 14 or newer.",
    )


def switch(account: Account | None) -> dict[str, Any]:
    """Arguments for `subprocess` that make the child run as `account`, and what it writes private."""
    if account is None:
        return {"umask": 0o077}
    return {"user": account.uid, "group": account.gid, "extra_groups": [], "umask": 0o077}


def run_as(
    account: Account | None, command: list[str], env: dict[str, str] | None = None, input: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `command` as `account` in `/`; output as text. Raises ServerFault where we may not change the user."""
    try:
        return subprocess.run(
            command,
            env=env,
            cwd="/",
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **switch(account),
        )
    except (PermissionError, subprocess.SubprocessError) as error:
        who = account.name if account else "this user"
        raise ServerFault(
            f"{command[0]} could not be run as {who}: {error}.",
            "Run Hotline as an ordinary user, or set HOTLINE_WAREHOUSE_DSN to a PostgreSQL 14 or newer.",
        ) from error
