"""`manage.py` commands in a process that has Django loaded; each is a fork of it.

Most of what a command costs is loading the application. A `Warm` loads it once, with the
variables of one server, and runs every command in a child of its own: the command's code,
settings, output and exit status are those of `manage.py`.

    python -m tests.support.warm        reads orders from stdin, one JSON object a line
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
COMMAND_SECONDS = 180


class WarmError(Exception):
    """A command did not exit with 0; the message holds what it said."""


@dataclass(frozen=True)
class Running:
    """The process, and what it said beside its answers."""

    process: subprocess.Popen[str]
    orders: IO[str]
    answers: IO[str]
    said: IO[str]

    @classmethod
    def start(cls, variables: Mapping[str, str]) -> "Running":
        """A process with these variables."""
        said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 -- closed by `end`
        process = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=ROOT, env=dict(variables), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, encoding="utf-8",
        )  # fmt: skip
        assert process.stdin
        assert process.stdout
        return cls(process, process.stdin, process.stdout, said)

    def ask(self, order: str) -> dict[str, Any] | None:
        """The answer to an order; None when the process is gone."""
        with contextlib.suppress(BrokenPipeError):
            self.orders.write(f"{order}\n")
            self.orders.flush()
        line = self.answers.readline()
        return json.loads(line) if line else None

    def end(self) -> str:
        """Wait for its end; what it said beside its answers."""
        with contextlib.suppress(BrokenPipeError):
            self.orders.close()
        self.process.wait(COMMAND_SECONDS)
        self.answers.close()
        with self.said:
            self.said.seek(0)
            return self.said.read()


@dataclass
class Warm:
    """Runs commands with these variables; the process starts with the first, and again after `close`."""

    variables: Mapping[str, str]
    _running: Running | None = None
    _one_by_one: threading.Lock = field(default_factory=threading.Lock)

    def run(self, *words: str, **more: str) -> str:
        """Run `manage.py WORDS`, with more variables for this command alone; its output.

        Raises:
            WarmError: it did not exit with 0.
        """
        with self._one_by_one:
            self._running = self._running or Running.start(self.variables)
            answer = self._running.ask(json.dumps([words, more]))
        if answer is None:
            # It could not even load the application.
            raise WarmError(f"manage.py {words[0]}: {self.close()}")
        if answer["code"]:
            raise WarmError(f"manage.py {words[0]}: {answer['out']}{answer['err']}")
        return str(answer["out"])

    def close(self) -> str:
        """End the process; what it said."""
        with self._one_by_one:
            ended, self._running = self._running, None
        return ended.end() if ended else ""


def main() -> None:
    """Carry out orders until there are no more."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sesphr.settings.local")
    import django
    from django.conf import settings

    django.setup()
    # Checks load it with every command.
    import_module(settings.ROOT_URLCONF)
    for line in sys.stdin:
        words, more = json.loads(line)
        print(json.dumps(_carried_out(words, more)), flush=True)


def _carried_out(words: list[str], more: dict[str, str]) -> dict[str, Any]:
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,
        tempfile.TemporaryFile("w+", encoding="utf-8") as err,
    ):
        child = os.fork()
        if child == 0:
            _become(words, more, out.fileno(), err.fileno())
        _, status = os.waitpid(child, 0)
        for file in (out, err):
            file.seek(0)
        code = os.waitstatus_to_exitcode(status)
        return {"code": code, "out": out.read(), "err": err.read()}


def _become(words: list[str], more: dict[str, str], out: int, err: int) -> None:
    """Be that command; it never returns."""
    signal.alarm(COMMAND_SECONDS)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for there, here in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(there, here)
    os.environ.update(more)
    sys.argv = ["manage.py", *words]
    code = None
    try:
        import_module("manage").main()
        code = 0
    except SystemExit as end:
        code = _status(end)
    finally:
        if code is None:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1 if code is None else code)


def _status(end: SystemExit) -> int:
    """As the interpreter takes it: a text is said, and means 1."""
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1


if __name__ == "__main__":
    main()
