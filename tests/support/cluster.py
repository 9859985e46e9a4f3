"""A real cluster for tests: `manage.py cluster` on MariaDB, its servers killed and started like any process."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sesphr.management.clustering.layout import Layout, known, read_variables
from sesphr.management.clustering.supervisor import wait_until_up
from tests.support.liveserver import KEPT, ROOT, LiveServerError
from tests.support.mariadb import _free_port
from tests.support.warm import Warm, WarmError

START_SECONDS, STOP_SECONDS, COMMAND_SECONDS = 240, 40, 120
NAMES = ("portal", "cloud", "audit", "srs-1", "srs-2", "srs-3")


@dataclass
class Cluster:
    """A running cluster in `data`; `process` is its supervisor."""

    data: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    _warm: dict[str, Warm] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        """Where everything is."""
        return known(self.data)

    @property
    def url(self) -> str:
        """The portal's address."""
        return self.layout.url("portal")

    def pid(self, name: str) -> int:
        """The process id that DATA/run says; raises FileNotFoundError for a server that is gone."""
        return int((self.data / "run" / f"{name}.pid").read_text())

    def variables(self, name: str) -> dict[str, str]:
        """What a server's process was given; `mariadb`: the account that may do everything."""
        return read_variables(self.data / "run" / f"{name}.env")

    def kill(self, name: str) -> None:
        """SIGKILL a server's master, as an operator would; when this returns, nothing of it is left."""
        pid = self.pid(name)
        group = os.getpgid(pid)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not alive(group), f"{name} goes on after its master was killed")
        wait_for(
            lambda: not (self.data / "run" / f"{name}.pid").exists(),
            "nobody noticed that it is gone",
        )

    def start(self, name: str) -> None:
        """Ask the supervisor to start a server again that is gone; it answers when this returns."""
        layout = self.layout
        assert not layout.run(name, "pid").exists(), f"{name} runs"
        layout.run(name, "start").touch()
        if not wait_until_up(layout, name, lambda: True):
            raise LiveServerError(f"{name} does not come back:\n{self.said()}")

    def start_from_outside(self, name: str) -> None:
        """The same as an operator does it, by `manage.py cluster --start`."""
        self._cluster("--start", name)

    def manage(self, name: str, *words: str) -> str:
        """A manage.py command with the variables of one of the servers; its output."""
        if name not in self._warm:
            self._warm[name] = Warm(self.layout.environment(name, self.variables(name)))
        try:
            return self._warm[name].run(*words)
        except WarmError as error:
            raise LiveServerError(f"cluster {name} {words}: {error}") from error

    def manage_from_outside(self, name: str, *words: str) -> str:
        """The same as an operator does it, by `manage.py cluster --manage`."""
        return self._cluster("--manage", name, *words)

    def _cluster(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", "cluster", *words], cwd=ROOT, env=self.environment, text=True,
            capture_output=True, timeout=COMMAND_SECONDS, check=False,
        )  # fmt: skip
        if done.returncode:
            raise LiveServerError(f"cluster {words}: {done.stdout}{done.stderr}")
        return done.stdout

    def said(self) -> str:
        """What the supervisor and all servers wrote."""
        logs = [self.data / "cluster.log", *sorted((self.data / "run").glob("*.log"))]
        texts = [(path.name, path.read_text(errors="replace")) for path in logs if path.exists()]
        return "\n".join(f"== {name}\n{text[-3000:]}" for name, text in texts)

    def stop(self) -> None:
        """Ctrl-C."""
        for warm in self._warm.values():
            warm.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def alive(group: int) -> bool:
    """Whether a process of this group is there and no mere zombie."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, its = path.read_text().rpartition(")")[2].split()[:3]
            if int(its) == group and state != "Z":
                return True
    return False


def wait_for(condition: object, complaint: str, seconds: float = 20) -> None:
    """Until a condition holds; AssertionError with the complaint otherwise."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


@contextmanager
def running(data: Path, *options: str, **variables: str) -> Iterator[Cluster]:
    """A cluster without sample people in `data`; the databases that the run has, or its own."""
    data.mkdir(parents=True, exist_ok=True)
    with _database_in_memory(data):
        yield from _running(data, options, variables)


@contextmanager
def _database_in_memory(data: Path) -> Iterator[None]:
    """MariaDB waits for the disk at each of the some hundred tables that migrations make."""
    memory = Path("/dev/shm")
    if (data / "mariadb").exists() or not os.access(memory, os.W_OK):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="sesphr-cluster-", dir=memory) as folder:
        (data / "mariadb").symlink_to(folder, target_is_directory=True)
        yield


def _running(data: Path, options: tuple[str, ...], variables: dict[str, str]) -> Iterator[Cluster]:
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith("SESPHR_") or name in KEPT
    }
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    environment = {**kept, "SESPHR_DATA": str(data), "PYTHONUTF8": "1", **variables}
    command = [
        sys.executable, "manage.py", "cluster", "--no-seed", "--port", str(_free_port()), *options,
    ]  # fmt: skip
    with (data / "cluster.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    cluster = Cluster(data, process, environment)
    try:
        _wait(cluster)
        yield cluster
    finally:
        cluster.stop()


def _wait(cluster: Cluster) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "SeSPHR is at" not in (cluster.data / "cluster.log").read_text(errors="replace"):
        if cluster.process.poll() is not None or time.monotonic() > deadline:
            raise LiveServerError(f"the cluster does not come up:\n{cluster.said()}")
        time.sleep(0.1)
