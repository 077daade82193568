"""The embedded PostgreSQL: unpacked, started and stopped by the project itself, on loopback, with passwords of its own.

    <home>/pg/secrets.json    passwords of the roles, mode 0600
    <home>/pg/*.lock          who starts, and who uses, the server
    <home>/pg/server/         programs, data and log, owned by the user that the server runs as

The server is no child that dies with us: it outlives a killed process, and the next start finds and uses it. Every user
of the server holds a shared lock, which the kernel drops with the process, so the last one out can stop it safely.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from pipeline.runtime.ports import free_port, is_free
from pipeline.runtime.private import kept_tokens, write_private
from pipeline.warehouse import bootstrap
from pipeline.warehouse.account import Account, run_as, server_account, switch
from pipeline.warehouse.binaries import OWN_DSN, install, server_env
from pipeline.warehouse.errors import NotRunning, ServerFault
from pipeline.warehouse.place import find_place, remove_place
from pipeline.warehouse.postmaster import Postmaster
from pipeline.warehouse.uses import Uses

START_SECONDS = 60.0
STOP_SECONDS = 30.0
# The log is kept over one change of file, so it never fills a disk.
LOG_BYTES = 10_000_000

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "256MB",
    # Worker processes of the new I/O methods are idle weight on a small machine.
    "io_method": "sync",
    "jit": "off",
    # A worker killed in the middle of a long query is noticed, and its leases fall free, within seconds.
    "client_connection_check_interval": "5s",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %u@%d ",
    "password_encryption": "scram-sha-256",
}
HASTY = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One server under `home`. `durable=False` trades safety against a power cut for speed (tests).

    `programs` is a directory with PostgreSQL's programs to use instead of the bundled ones.
    """

    def __init__(self, home: Path, *, durable: bool = True, programs: Path | None = None) -> None:
        self.directory = home.resolve() / "pg"
        self._durable = durable
        self._programs = programs
        self._uses = Uses(self.directory)
        self._process: subprocess.Popen[bytes] | None = None

    # where things are

    @property
    def server(self) -> Path:
        """The directory of programs, data and log, with a link to another place followed."""
        return (self.directory / "server").resolve()

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.server / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.server / "server.log"

    @property
    def elsewhere(self) -> Path | None:
        """Where the server's files are if not under `home`: a clone below a closed directory (/root) run as root."""
        return self.server if (self.directory / "server").is_symlink() else None

    # who may connect

    @property
    def dsn(self) -> str:
        """The warehouse as the pipeline's role `hotline_etl`. Raises NotRunning."""
        return self._dsn("hotline_etl", "hotline")

    @property
    def analyst_dsn(self) -> str:
        """The warehouse as the read-only role `hotline_analyst`. Raises NotRunning."""
        return self._dsn("hotline_analyst", "hotline")

    @property
    def ops_dsn(self) -> str:
        """The warehouse as the role `hotline_ops`. Raises NotRunning."""
        return self._dsn("hotline_ops", "hotline")

    @property
    def airflow_dsn(self) -> str:
        """Airflow's own database. Raises NotRunning."""
        return self._dsn("airflow", "airflow")

    @property
    def admin_dsn(self) -> str:
        """The superuser, in the database `postgres`. Raises NotRunning."""
        return self._dsn("postgres", "postgres")

    # life

    def running(self) -> bool:
        """Whether the server runs and takes connections."""
        postmaster = Postmaster.find(self.data)
        return postmaster is not None and postmaster.ready

    def start(self) -> str:
        """Start the server unless it runs, with roles and databases made; returns `dsn`. Raises ServerFault.

        Takes 3-4 s the first time, 0.2 s later, a little more after a crash. We count as a user of the server until
        `stop`, `release` or our end.
        """
        with self._uses.alone():
            self._uses.hold()
            deadline = time.monotonic() + START_SECONDS
            while True:
                if not self.running():
                    # Whoever asked to keep a server meant the one that is gone, not this one.
                    self._kept.unlink(missing_ok=True)
                    self._prepare()
                    self._launch()
                try:
                    self._settle()
                    return self.dsn
                except (psycopg2.OperationalError, NotRunning) as error:
                    # A server just now killed looks alive for a moment.
                    if time.monotonic() > deadline:
                        raise ServerFault(f"PostgreSQL does not answer: {error}", f"Its log is {self.log}.") from error
                    time.sleep(0.1)

    def stop(self) -> None:
        """Stop the server, whoever uses it, and leave no process. No fault if it does not run. Raises ServerFault."""
        if not self.directory.exists():
            return
        with self._uses.alone():
            self._uses.let_go()
            self._kept.unlink(missing_ok=True)
            self._shut_down()

    def release(self) -> None:
        """End our use: stop the server if nobody else uses it and `keep` was not asked for."""
        if not self.directory.exists():
            return
        with self._uses.alone():
            self._uses.let_go()
            if not self._kept.exists() and not self._uses.any():
                self._shut_down()

    def keep(self) -> None:
        """Let the server run on when its users have gone, until `stop`."""
        self._kept.touch()
        self._uses.share(self._kept)

    @contextmanager
    def using(self) -> Iterator[EmbeddedPostgres]:
        """Start the server if need be, and at the end `release` it."""
        self.start()
        try:
            yield self
        finally:
            self.release()

    def remove(self) -> None:
        """Stop the server and delete its data for good, wherever they are."""
        self.stop()
        remove_place(self.directory)
        shutil.rmtree(self.directory, ignore_errors=True)

    def in_use(self) -> bool:
        """Whether another process, or another object of ours, uses the server."""
        return self._uses.any()

    @property
    def _kept(self) -> Path:
        return self.directory / "kept"

    # start and stop

    def _prepare(self) -> None:
        account = find_place(self.directory, server_account(self.data))
        programs = self._find_programs(account)
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        password = self.server / "initdb.password"
        write_private(password, self._tokens()["postgres"])
        if account is not None:
            account.own(password)
        options = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8"]
        options += ["--locale=C", "--no-instructions"]
        if (self.server / "programs").exists():
            # Only the bundled PostgreSQL is known to be new enough for a collation that is the same on every machine.
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self._durable:
            options.append("--no-sync")
        # Made beside and renamed: an initdb that was killed half-way leaves nothing that looks like a warehouse.
        fresh = self.server / "data.part"
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            made = run_as(account, [str(programs / "initdb"), f"--pgdata={fresh}", *options], server_env(programs))
        finally:
            password.unlink(missing_ok=True)
        if made.returncode != 0:
            raise ServerFault(f"No database could be made in {self.data}: {made.stderr.strip()[-500:]}", OWN_DSN)
        fresh.rename(self.data)

    def _launch(self) -> None:
        """Start the server's process. A crash leaves old backends that hold its memory for a moment: then try again."""
        account = server_account(self.data)
        if account is None and self.data.stat().st_uid != os.geteuid():
            raise ServerFault(
                f"{self.data} belongs to another user (id {self.data.stat().st_uid}).",
                "Run as the user who made this installation (root, if it was made as root).",
            )
        programs = self._find_programs(account)
        settings = SETTINGS | ({} if self._durable else HASTY)
        deadline = time.monotonic() + START_SECONDS
        port = self._last_port()
        while True:
            if port is None or not is_free(port):
                port = free_port()
            Postmaster.forget_stale(self.data)
            command = [str(programs / "postgres"), "-D", str(self.data), "-p", str(port)]
            command += [
                part for name, value in self._known(programs, settings).items() for part in ("-c", f"{name}={value}")
            ]
            since = self._rotated_log(account)
            with self.log.open("ab") as output:
                process = subprocess.Popen(
                    command,
                    env=server_env(programs),
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    **switch(account),
                )
            while process.poll() is None and time.monotonic() < deadline:
                if self.running():
                    self._process = process
                    (self.directory / "port").write_text(f"{port}\n", encoding="ascii")
                    self._uses.share(self.directory / "port")
                    return
                time.sleep(0.02)
            said = self._said(since)
            if process.poll() is None:
                # Recovery after a crash may take long on a big warehouse; it goes on by itself.
                raise ServerFault(
                    f"PostgreSQL is not ready after {START_SECONDS:.0f} s: {said}",
                    f"Wait and try again; its log is {self.log}.",
                )
            if time.monotonic() > deadline or not _passing(said):
                raise ServerFault(
                    f"PostgreSQL did not start (exit status {process.returncode}): {said}",
                    f"Its log is {self.log}. {OWN_DSN}",
                )
            if "could not bind" in said:
                port = None
            time.sleep(0.2)

    def _shut_down(self) -> None:
        postmaster = Postmaster.find(self.data)
        if postmaster is not None and not postmaster.end(STOP_SECONDS):
            raise ServerFault(
                f"PostgreSQL (process {postmaster.pid}) does not stop.", f"Its log is {self.log}; stop it by hand."
            )
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=5)
            self._process = None

    def _settle(self) -> None:
        """Roles and databases. If the passwords were lost, new ones are set: whoever owns the files owns the data."""
        try:
            bootstrap.settle(self.admin_dsn, self._tokens())
        except psycopg2.OperationalError as error:
            if "password authentication failed" not in str(error):
                raise
            self._shut_down()
            account = server_account(self.data)
            programs = self._find_programs(account)
            reset = f"ALTER ROLE postgres PASSWORD '{self._tokens()['postgres']}'\n"
            run_as(
                account, [str(programs / "postgres"), "--single", "-D", str(self.data), "postgres"],
                server_env(programs), input=reset,
            )  # fmt: skip
            self._launch()
            bootstrap.settle(self.admin_dsn, self._tokens())

    # small things

    def _find_programs(self, account: Account | None) -> Path:
        return self._programs or install(self.server / "programs", account)

    def _known(self, programs: Path, settings: dict[str, str]) -> dict[str, str]:
        """Settings that this PostgreSQL knows: `io_method` is new in 18."""
        version = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        return {name: value for name, value in settings.items() if name != "io_method" or int(version) >= 18}

    def _tokens(self) -> dict[str, str]:
        tokens = kept_tokens(self.directory / "secrets.json", ("postgres", *bootstrap.ROLES))
        self._uses.share(self.directory / "secrets.json")
        return tokens

    def _dsn(self, role: str, database: str) -> str:
        postmaster = Postmaster.find(self.data)
        if postmaster is None or not postmaster.ready:
            raise NotRunning(
                f"The embedded PostgreSQL of {self.directory.parent} does not run.",
                "Start it with `hotline db start`, or set HOTLINE_WAREHOUSE_DSN.",
            )
        return f"postgresql://{role}:{self._tokens()[role]}@127.0.0.1:{postmaster.port}/{database}"

    def _last_port(self) -> int | None:
        """The port of the last start, taken again if it is free, so that an analyst's bookmarks go on to work."""
        try:
            return int((self.directory / "port").read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None

    def _rotated_log(self, account: Account | None) -> int:
        """Make sure of a log of sane size; returns where the next line begins."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        if account is not None:
            account.own(self.log)
        return self.log.stat().st_size

    def _said(self, since: int) -> str:
        with self.log.open("rb") as file:
            file.seek(since)
            return file.read()[-1500:].decode("utf-8", "replace").strip()


def _passing(said: str) -> bool:
    """Whether the server's last words tell of something that passes by itself."""
    return any(words in said for words in ("could not bind", "still in use", "already exists", "Is another postmaster"))
