"""A private MariaDB server for one test run: no service, no root password, no trace.

The server lives in a temporary folder, listens on 127.0.0.1 alone, accepts one
account with a random password, and is gone when the run ends, even if the run
is killed. It must never touch a MariaDB that the machine itself runs.

    python -m tests.support.mariadb run -- COMMAND ARGUMENT ...
"""

import argparse
import contextlib
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

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

# Reads until the run that started it is gone, then ends the server for it.
WATCHER = """
read -r _
kill -TERM "$1" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2>/dev/null || break; sleep 1; done
kill -KILL "$1" 2>/dev/null
rm -rf -- "$2"
"""


class MariaDBError(Exception):
    """The private server could not be started; the message says why."""


@dataclass(frozen=True)
class Server:
    """A running private server."""

    port: int
    password: str
    folder: Path
    pid: int

    def environment(self) -> dict[str, str]:
        """The variables from which the settings take their databases."""
        return {
            "SESPHR_DB": "mariadb",
            "SESPHR_DB_HOST": HOST,
            "SESPHR_DB_PORT": str(self.port),
            "SESPHR_DB_USER": USER,
            "SESPHR_DB_PASSWORD": self.password,
        }

    def execute(self, sql: str) -> str:
        """Run SQL through the stock client; returns its tab-separated rows without header."""
        command = [
            *(find_program("mariadb"), "--no-defaults", f"--host={HOST}", f"--port={self.port}"),
            *(f"--user={USER}", "--protocol=TCP", "--batch", "--skip-column-names"),
        ]
        environment = {**os.environ, "MYSQL_PWD": self.password}
        done = subprocess.run(command, input=sql, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise MariaDBError(done.stderr.strip())
        return done.stdout


@contextlib.contextmanager
def private_server() -> Iterator[Server]:
    """Start a server, give it, and always stop it and remove its folder.

    Raises:
        MariaDBError: a program is missing or the server does not come up.
    """
    folder = Path(tempfile.mkdtemp(prefix="sesphr-mariadb-"))
    try:
        _install(folder)
        with _started(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_program(name: str) -> str:
    """Where an installed MariaDB program is; MariaDBError names the package otherwise."""
    found = shutil.which(name, path=SEARCH_PATH)
    if found is None:
        raise MariaDBError(f"{name} is not installed: apt-get install mariadb-server")
    return found


def _account_options() -> list[str]:
    """MariaDB refuses to run as root and wants to be told whom to become instead."""
    return ["--user=mysql"] if os.geteuid() == 0 else []


def _install(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, "mysql", "mysql")
    command = [
        *(find_program("mariadb-install-db"), "--no-defaults", *_account_options()),
        *(f"--datadir={folder / 'data'}", "--auth-root-authentication-method=normal"),
        # --force: a machine's own name need not resolve; the accounts for it go anyway.
        *("--skip-test-db", "--force"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    if done.returncode != 0:
        raise MariaDBError(f"mariadb-install-db failed:\n{done.stdout}{done.stderr}")


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[Server]:
    process, server = _start(folder)
    watcher = subprocess.Popen(
        ["/bin/sh", "-c", WATCHER, "sh", str(process.pid), str(folder)],
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


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], Server]:
    for _ in range(START_ATTEMPTS):
        password = secrets.token_urlsafe(24)
        port = _free_port()
        process = _spawn(folder, port, password)
        try:
            server = Server(port, password, folder, process.pid)
            if _becomes_ready(process, server):
                return process, server
        except BaseException:
            _stop(process)
            raise
        _stop(process)
    raise MariaDBError(f"mariadbd does not start:\n{_log_tail(folder)}")


def _free_port() -> int:
    for port in random.sample(PORTS, 200):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise MariaDBError(f"no free port between {PORTS.start} and {PORTS.stop - 1}")


def _spawn(folder: Path, port: int, password: str) -> subprocess.Popen[bytes]:
    accounts = folder / "accounts.sql"
    accounts.touch(mode=0o600)
    # The accounts without password that the installation made are dropped
    # before the first connection is accepted.
    accounts.write_text(
        f"CREATE OR REPLACE USER {USER}@'{HOST}' IDENTIFIED BY '{password}';\n"
        f"GRANT ALL ON *.* TO {USER}@'{HOST}' WITH GRANT OPTION;\n"
        "DELETE FROM mysql.global_priv"
        f" WHERE NOT (User = '{USER}' OR User = 'mariadb.sys');\n"
        "FLUSH PRIVILEGES;\n"
    )
    if os.geteuid() == 0:
        shutil.chown(accounts, "mysql", "mysql")
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [find_program("mariadbd"), *_server_options(folder, port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            # Ctrl-C is for the run; the server ends after it, in order.
            start_new_session=True,
        )


def _server_options(folder: Path, port: int) -> list[str]:
    return [
        *("--no-defaults", *_account_options(), f"--datadir={folder / 'data'}"),
        *(f"--init-file={folder / 'accounts.sql'}", f"--socket={folder / 's'}"),
        *(f"--pid-file={folder / 'pid'}", f"--bind-address={HOST}", f"--port={port}"),
        *("--skip-name-resolve", "--skip-log-bin", "--max-connections=200"),
        *("--character-set-server=utf8mb4", "--collation-server=utf8mb4_bin"),
        *("--max-allowed-packet=64M", "--innodb-buffer-pool-size=128M"),
        # The server never outlives its run, so a power failure is no concern.
        *("--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0"),
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


def _leave(number: int, frame: FrameType | None) -> None:
    """Turn a signal into an exception, so that the server is stopped on the way out."""
    raise SystemExit(128 + number)


def run(command: list[str], databases: list[str]) -> int:
    """Run a command with a private server in its environment; returns its exit status."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    with private_server() as server:
        for name in databases:
            server.execute(f"CREATE DATABASE `{name}`")
        process = subprocess.Popen(command, env={**os.environ, **server.environment()})
        try:
            return _exit_status(process.wait())
        except BaseException:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()
            raise


def _exit_status(status: int) -> int:
    """A shell's convention for a process that a signal ended."""
    return status if status >= 0 else 128 - status


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.support.mariadb")
    parser.add_argument("action", choices=["run"])
    parser.add_argument("--database", action="append", default=[], metavar="NAME")
    parser.add_argument("command", nargs="+", help="what to run, after --")
    arguments = parser.parse_args()
    try:
        return run(arguments.command, arguments.database)
    except (MariaDBError, OSError) as error:
        print(f"Private MariaDB: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
