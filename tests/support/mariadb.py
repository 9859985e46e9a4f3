"""A private MariaDB server for one test run: no service, no root password, no trace.

The server lives in a temporary folder, listens on 127.0.0.1 alone, accepts one
account with a random password, and is gone when the run ends, even if the run
is killed. It must never touch a MariaDB that the machine itself runs.

    python -m tests.support.mariadb run -- COMMAND ARGUMENT ...
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from sesphr.mariadb import (
    HOST,
    PORTS,
    STOP_SECONDS,
    WATCHER,
    MariaDBError,
    Place,
    Server,
    find_program,
    install,
    started,
)
from sesphr.mariadb import free_port as _free_port

__all__ = [
    "HOST", "PORTS", "WATCHER", "MariaDBError", "Server", "_free_port", "find_program",
    "private_server",
]  # fmt: skip


@contextlib.contextmanager
def private_server() -> Iterator[Server]:
    """Start a server, give it, and always stop it and remove its folder.

    Raises:
        MariaDBError: a program is missing or the server does not come up.
    """
    folder = Path(tempfile.mkdtemp(prefix="sesphr-mariadb-"))
    # MariaDB refuses to run as root and wants to be told whom to become instead.
    place = Place(folder, "mysql" if os.geteuid() == 0 else None, lasting=False)
    try:
        install(place)
        with started(place) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
