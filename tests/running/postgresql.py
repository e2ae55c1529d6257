"""A PostgreSQL server from Debian on loopback, in a folder of its own, removed at the end."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

SECONDS_TO_START = 60
MISSING = "the tests of the gradebook in PostgreSQL need its server: apt-get install postgresql"


@dataclass
class Server:
    """A running server.

    Attributes:
        port: on loopback.
        password: of the user `course`, who may do everything.
        process: ends with SIGINT, after it has cut all connections.
    """

    port: int
    password: str
    process: subprocess.Popen

    def url(self, database: str) -> str:
        """Return the URL of a database, as nbgrader_config.py has it."""
        return f"postgresql+psycopg://course:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, like: str = "template0") -> None:
        """Create a database as a copy of another one, to which nobody may be connected."""
        statement = sql.SQL("create database {} template {}").format(sql.Identifier(database), sql.Identifier(like))
        with self.connect("postgres") as connection:
            connection.execute(statement)

    def connect(self, database: str) -> psycopg.Connection:
        """Connect to a database; each statement is a transaction."""
        return psycopg.connect(self.url(database).replace("+psycopg", ""), autocommit=True)

    def stop(self) -> None:
        """Stop the server."""
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def postgresql() -> Iterator[Server]:
    """Start a server, and stop it at the end of the block."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    assert versions, MISSING
    programs = versions[-1].parent
    # Not in pytest's folders, which only their owner may open.
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    password = secrets.token_hex()
    (folder / "password").write_text(password)
    if os.getuid() == 0:
        for path in (folder, folder / "password"):
            shutil.chown(path, "postgres", "postgres")
    try:
        initdb = [programs / "initdb", "--pgdata", folder / "data", "--username=course", "--auth=scram-sha-256"]
        _run([*initdb, "--pwfile", folder / "password", "--no-sync", "--encoding=UTF8", "--locale=C"])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
        command = [programs / "postgres", "-D", folder / "data"]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (folder / "log.txt").open("w") as log:
            process = subprocess.Popen(_as_nobody_special(command), cwd=folder, stdout=log, stderr=log)
        server = Server(port, password, process)
        try:
            _wait_for(server, folder / "log.txt")
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _as_nobody_special(command: list) -> list[str]:
    """Let a command stop with this process, and run it as Debian's user postgres if we are root, who may not run it."""
    user = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    return ["setpriv", *user, "--pdeathsig=INT", "--", *map(str, command)]


def _run(command: list) -> None:
    done = subprocess.run(_as_nobody_special(command), cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _wait_for(server: Server, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            server.connect("postgres").close()
            return
        except psycopg.OperationalError:
            assert server.process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
