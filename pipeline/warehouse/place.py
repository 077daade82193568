"""Where the server's files lie: under the installation, or, if the server's user cannot reach that, elsewhere."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from pipeline.warehouse.account import Account
from pipeline.warehouse.errors import ServerFault

# Roots for files that root keeps for a service; the second for machines whose /var/lib cannot be written.
ELSEWHERE = (Path("/var/lib"), Path("/var/tmp"))


def find_place(directory: Path, account: Account | None) -> Account | None:
    """Make `directory`/server, owned by `account`; hands `account` back.

    Root's clone under /root (mode 0700) cannot be entered by the server's user. Then `server` is a link to a private
    directory under /var/lib, whose name is derived from `directory`, so that deleting the installation and starting
    again finds and clears the old one.
    """
    server = directory / "server"
    if server.is_symlink() and not server.exists():
        server.unlink()
    if server.exists():
        return account
    if account is None or account.reaches(directory):
        server.mkdir(mode=0o700)
        if account is not None:
            account.own(server)
        return account
    tried = []
    for root in ELSEWHERE:
        place = _place(root, directory)
        try:
            _clear(place, account)
            place.mkdir(mode=0o700)
        except OSError as error:
            tried.append(str(error))
            continue
        if account.reaches(root):
            account.own(place)
            server.symlink_to(place, target_is_directory=True)
            return account
        place.rmdir()
        tried.append(f"{root} is closed to {account.name}")
    raise ServerFault(
        f"PostgreSQL runs as user {account.name}, who cannot enter {directory}; nor would another place do "
        f"({'; '.join(tried)}).",
        f"Set HOTLINE_HOME to a directory that every user may enter, or `chmod o+x` the directories above {directory}.",
    )


def remove_place(directory: Path) -> None:
    """Delete the server's files, wherever they are."""
    server = directory / "server"
    if server.is_symlink():
        target = server.resolve()
        if target in {_place(root, directory) for root in ELSEWHERE}:
            shutil.rmtree(target, ignore_errors=True)
        server.unlink()
    else:
        shutil.rmtree(server, ignore_errors=True)


def _place(root: Path, directory: Path) -> Path:
    return root / f"hotline-pg-{hashlib.sha256(str(directory).encode()).hexdigest()[:12]}"


def _clear(place: Path, account: Account) -> None:
    """Delete what an installation that is gone left here. Raises OSError if it is not ours to delete."""
    if place.is_symlink() or (place.exists() and place.stat().st_uid not in (0, account.uid)):
        raise PermissionError(f"{place} is not ours")
    if place.exists():
        shutil.rmtree(place)
