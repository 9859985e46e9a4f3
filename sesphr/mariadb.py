"""A MariaDB server of our own: no service, nothing of a MariaDB that the machine itself runs.

It keeps everything in one folder, listens on 127.0.0.1 alone, accepts the accounts
that it is told to, and ends with the process that started it, however that ends.
Standard library only, and no settings: the tests use it before there are any.
"""

import contextlib
import os
import random
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
USER = "sesphr"
# Linux hands out ephemeral ports from 32768: a port below cannot be taken by an
# outgoing connection between our check and the server's bind.
PORTS = range(20000, 32768)
START_ATTEMPTS = 5
START_SECONDS = 60
STOP_SECONDS = 30
# Not every user's PATH has the folders where Debian keeps servers.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])

# Reads until whoever started it is gone, then ends the server for it; removes the folder, if given.
WATCHER = """
read -r _
kill -TERM "$1" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2>/dev/null || break; sleep 1; done
kill -KILL "$1" 2>/dev/null
[ -z "$2" ] || rm -rf -- "$2"
"""
# A server that never outlives its run need not fear a power failure.
FORGETFUL = ("--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0")


class MariaDBError(Exception):
    """The server could not be started; the message says why."""


@dataclass(frozen=True)
class Place:
    """The folder of a server and the account (None: whoever runs us) that its process has.

    `lasting`: it is kept after the run, and survives a power failure.
    """

    folder: Path
    account: str | None
    lasting: bool

    def options(self) -> list[str]:
        """What every MariaDB program is told."""
        return [f"--user={self.account}"] if self.account else []

    def give(self, path: Path) -> None:
        """Let the server's account own a path."""
        if self.account and os.geteuid() == 0:
            shutil.chown(path, self.account, self.account)


@dataclass(frozen=True)
class Server:
    """A running server and the account that may do everything there."""

    port: int
    password: str
    folder: Path
    pid: int
    host: str = HOST
    user: str = USER

    def environment(self) -> dict[str, str]:
        """The variables from which the settings take their databases."""
        return {
            "SESPHR_DB": "mariadb",
            "SESPHR_DB_HOST": self.host,
            "SESPHR_DB_PORT": str(self.port),
            "SESPHR_DB_USER": self.user,
            "SESPHR_DB_PASSWORD": self.password,
        }

    def execute(self, sql: str) -> str:
        """Run SQL through the stock client; returns its tab-separated rows without header."""
        command = [
            *(
                find_program("mariadb"),
                "--no-defaults",
                f"--host={self.host}",
                f"--port={self.port}",
            ),
            *(f"--user={self.user}", "--protocol=TCP", "--batch", "--skip-column-names"),
        ]
        environment = {**os.environ, "MYSQL_PWD": self.password}
        done = subprocess.run(command, input=sql, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise MariaDBError(done.stderr.strip())
        return done.stdout


def find_program(name: str) -> str:
    """Where an installed MariaDB program is; MariaDBError names the package otherwise."""
    found = shutil.which(name, path=SEARCH_PATH)
    if found is None:
        raise MariaDBError(f"{name} is not installed: apt-get install mariadb-server")
    return found


def free_port() -> int:
    """A port below the ephemeral ones on which nothing listens; MariaDBError without one."""
    for port in random.sample(PORTS, 200):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise MariaDBError(f"no free port between {PORTS.start} and {PORTS.stop - 1}")


def install(place: Place) -> None:
    """Make the server's own tables, unless they are there."""
    if (place.folder / "data" / "mysql").is_dir():
        return
    # Half an installation is none.
    shutil.rmtree(place.folder / "data", ignore_errors=True)
    place.give(place.folder)
    command = [
        *(find_program("mariadb-install-db"), "--no-defaults", *place.options()),
        *(f"--datadir={place.folder / 'data'}", "--auth-root-authentication-method=normal"),
        # --force: a machine's own name need not resolve; the accounts for it go anyway.
        *("--skip-test-db", "--force"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    if done.returncode != 0:
        raise MariaDBError(f"mariadb-install-db failed:\n{done.stdout}{done.stderr}")


@contextlib.contextmanager
def started(place: Place) -> Iterator[Server]:
    """Run the server of a place that is installed; it ends at the end, or with this process.

    Raises:
        MariaDBError: it does not come up.
    """
    process, server = _start(place)
    forget = "" if place.lasting else str(place.folder)
    watcher = subprocess.Popen(
        ["/bin/sh", "-c", WATCHER, "sh", str(process.pid), forget],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield server
    finally:
        # The watcher first: afterwards the pid could be another process's.
        watcher.kill()
        watcher.communicate()
        _stop(process)


def _start(place: Place) -> tuple[subprocess.Popen[bytes], Server]:
    for _ in range(START_ATTEMPTS):
        password = secrets.token_urlsafe(24)
        port = free_port()
        process = _spawn(place, port, password)
        try:
            server = Server(port, password, place.folder, process.pid)
            if _becomes_ready(process, server):
                return process, server
        except BaseException:
            _stop(process)
            raise
        _stop(process)
    raise MariaDBError(f"mariadbd does not start:\n{_log_tail(place.folder)}")


def _spawn(place: Place, port: int, password: str) -> subprocess.Popen[bytes]:
    accounts = place.folder / "accounts.sql"
    accounts.touch(mode=0o600)
    # The accounts without password that the installation made, and those of earlier
    # runs, are dropped before the first connection is accepted.
    accounts.write_text(
        f"CREATE OR REPLACE USER {USER}@'{HOST}' IDENTIFIED BY '{password}';\n"
        f"GRANT ALL ON *.* TO {USER}@'{HOST}' WITH GRANT OPTION;\n"
        "DELETE FROM mysql.global_priv"
        f" WHERE NOT (User = '{USER}' OR User = 'mariadb.sys');\n"
        "FLUSH PRIVILEGES;\n"
    )
    place.give(accounts)
    with (place.folder / "log").open("ab") as log:
        return subprocess.Popen(
            [find_program("mariadbd"), *_server_options(place, port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            # Ctrl-C is for the run; the server ends after it, in order.
            start_new_session=True,
        )


def _server_options(place: Place, port: int) -> list[str]:
    folder = place.folder
    return [
        *("--no-defaults", *place.options(), f"--datadir={folder / 'data'}"),
        # Within the data folder: a socket's path may not be long.
        *(f"--init-file={folder / 'accounts.sql'}", "--socket=s"),
        *(f"--pid-file={folder / 'pid'}", f"--bind-address={HOST}", f"--port={port}"),
        *("--skip-name-resolve", "--skip-log-bin", "--max-connections=200"),
        *("--character-set-server=utf8mb4", "--collation-server=utf8mb4_bin"),
        *("--max-allowed-packet=64M", "--innodb-buffer-pool-size=128M"),
        *(() if place.lasting else FORGETFUL),
    ]


def _becomes_ready(process: subprocess.Popen[bytes], server: Server) -> bool:
    """Wait until our account can ask a question; False when the server ends or is too slow."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(MariaDBError):
            server.execute("SELECT 1")
            return process.poll() is None
        time.sleep(0.1)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _log_tail(folder: Path) -> str:
    log = folder / "log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-20:])
