"""The private MariaDB: it starts, keeps strangers out, and is gone afterwards, whatever happens."""

import functools
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import mariadb

RUN = [sys.executable, "-m", "tests.support.mariadb", "run"]


@pytest.fixture(scope="module")
def server():
    with mariadb.private_server() as running:
        yield running


def gone(pid: int, within: float = 20) -> bool:
    """Whether a process ends within some seconds; one that only waits for its parent has ended."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            status = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return True
        if status.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.1)
    return False


def vanished(path: Path, within: float = 20) -> bool:
    deadline = time.monotonic() + within
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    return not path.exists()


def test_port_is_below_the_ephemeral_ones(server):
    assert 1024 < server.port < 32768


def test_settings_are_those_the_design_asks_for(server):
    asked = "@@max_allowed_packet, @@collation_server, @@bind_address, @@skip_name_resolve"
    assert server.execute(f"SELECT {asked}").split() == [
        str(64 * 2**20),
        "utf8mb4_bin",
        "127.0.0.1",
        "1",
    ]


def test_only_our_account_can_sign_in(server):
    users = server.execute("SELECT User FROM mysql.global_priv").split()
    assert sorted(users) == ["mariadb.sys", "sesphr"]


@pytest.mark.parametrize(("user", "password"), [("root", ""), ("", ""), ("sesphr", "")])
def test_strangers_are_refused(server, user, password):
    client = mariadb.find_program("mariadb")
    arguments = ["--no-defaults", "--protocol=TCP", "--host=127.0.0.1", f"--port={server.port}"]
    done = subprocess.run(
        [client, *arguments, f"--user={user}", "--execute=SELECT 1"],
        env={**os.environ, "MYSQL_PWD": password},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Access denied" in done.stderr


def test_sql_errors_are_raised(server):
    with pytest.raises(mariadb.MariaDBError, match=r"(?i)error in your SQL syntax"):
        server.execute("SELEKT 1")


def test_server_and_folder_are_gone_after_an_exception():
    seen: list[mariadb.Server] = []

    def fail_inside() -> None:
        with mariadb.private_server() as running:
            seen.append(running)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    assert not seen[0].folder.exists()
    assert gone(seen[0].pid, within=0.5)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", seen[0].port)) != 0


def test_two_servers_at_once(server):
    with mariadb.private_server() as second:
        assert second.port != server.port
        assert second.password != server.password
        second.execute("CREATE DATABASE only_here")
        assert "only_here" not in server.execute("SHOW DATABASES")


@pytest.mark.parametrize("status", [0, 7])
def test_run_passes_environment_and_exit_status(status):
    script = f'echo "$SESPHR_DB $SESPHR_DB_HOST $SESPHR_DB_USER"; exit {status}'
    done = subprocess.run([*RUN, "--", "sh", "-c", script], capture_output=True, text=True)
    assert done.returncode == status
    assert done.stdout == "mariadb 127.0.0.1 sesphr\n"


def test_run_makes_the_databases_asked_for():
    query = (
        'MYSQL_PWD="$SESPHR_DB_PASSWORD" mariadb --no-defaults --protocol=TCP '
        '-h "$SESPHR_DB_HOST" -P "$SESPHR_DB_PORT" -u "$SESPHR_DB_USER" -e "SHOW DATABASES"'
    )
    command = [*RUN, "--database", "one", "--database", "two", "--", "sh", "-c", query]
    done = subprocess.run(command, capture_output=True, text=True)
    assert {"one", "two"} <= set(done.stdout.split())


def test_run_says_what_it_cannot_start():
    done = subprocess.run([*RUN, "--", "no-such-command"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("Private MariaDB: ")
    assert "Traceback" not in done.stderr


def started_run() -> tuple[subprocess.Popen[str], Path, int]:
    """A run whose command has started, its server's folder and its server's pid."""
    script = "echo $SESPHR_DB_PORT; exec sleep 20"
    # A shell that starts the tests in the background leaves Ctrl-C ignored, which is inherited.
    listen = functools.partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [*RUN, "--", "sh", "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=listen,  # noqa: PLW1509 -- this process has one thread
    )
    assert process.stdout is not None
    return process, *server_on(process.stdout.readline().strip())


def server_on(port: str) -> tuple[Path, int]:
    """The folder and pid of the mariadbd that was started with a port."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if f"--port={port}".encode() in arguments:
            data = next(a for a in arguments if a.startswith(b"--datadir="))
            return Path(data.partition(b"=")[2].decode()).parent, int(entry.parent.name)
    raise AssertionError(f"no mariadbd on port {port}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_leaves_nothing_behind(number):
    process, folder, pid = started_run()
    with process:
        process.send_signal(number)
        # The command itself outlives a run that is killed, and holds the pipe.
        process.wait(timeout=40)
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert gone(pid)
    assert vanished(folder)
