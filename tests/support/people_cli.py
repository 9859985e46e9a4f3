"""People who use the command-line client: each has a HOME, a password and nothing else.

`run` starts `python -m sesphr.client --json` as a process of its own, as a person
does. `quick` carries out the same command line in this process, which saves the
interpreter's start where a test has many commands; it never waits for a server
that is away. `ok` and `fails` do the one or the other, as `process` says.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

from sesphr.client import http as client_http
from sesphr.client.main import main
from tests.support.liveserver import ROOT

PASSWORD = "violet-harbour-91-quilt"
SECONDS = 300


@dataclass(frozen=True)
class Result:
    """How a command ended: exit code, the JSON object that it answered, what it said beside."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """The one JSON object; fails when there is anything else."""
        assert self.out.count("\n") == 1, (self.code, self.out, self.err)
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@dataclass
class Person:
    """Somebody with a HOME of their own who talks to the server at `url`."""

    url: str
    home: Path
    login: str
    password: str = PASSWORD
    recovery_code: str = ""
    process: bool = False

    def run(self, *words: str, **variables: str) -> Result:
        """A command in a process of its own; `variables` are added to its environment."""
        done = subprocess.run(
            [sys.executable, "-m", "sesphr.client", *self._line(words)],
            cwd=ROOT, env=self._environment(variables), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        return _checked(Result(done.returncode, done.stdout, done.stderr))

    def quick(self, *words: str, **variables: str) -> Result:
        """The same command line in this process, without patience."""
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self._environment(variables), clear=True),
            mock.patch.object(client_http, "PAUSES", ()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(self._line(words))
        return _checked(Result(code, out.getvalue(), err.getvalue()))

    def ok(self, *words: str, **variables: str) -> dict[str, Any]:
        """A command that must succeed; its answer."""
        return _expected(self._either(words, variables), 0, words)

    def fails(self, code: int, *words: str, **variables: str) -> dict[str, Any]:
        """A command that must exit with this code and say why; its answer."""
        found = _expected(self._either(words, variables), code, words)
        assert found["error"].strip(), found
        assert found["code"], found
        return found

    def _either(self, words: tuple[str, ...], variables: dict[str, str]) -> Result:
        return self.run(*words, **variables) if self.process else self.quick(*words, **variables)

    def register(self, role: str) -> None:
        """Register; the recovery code is written down."""
        name = self.login.partition("@")[0].title()
        done = self.ok("register", "--role", role, "--name", name, "--email", self.login)
        self.recovery_code = str(done["recovery_code"])

    def elsewhere(self, url: str | None = None, home: Path | None = None) -> "Person":
        """The same person at another address or with another HOME."""
        return replace(self, url=url or self.url, home=home or self.home)

    def _line(self, words: tuple[str, ...]) -> list[str]:
        return ["--json", "--server", self.url, "--home", str(self.home), *words]

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("SESPHR_")}
        own = {"SESPHR_PASSWORD": self.password, "SESPHR_LOGIN": self.login, "PYTHONUTF8": "1"}
        return {**kept, **own, **more}


def _checked(result: Result) -> Result:
    assert "Traceback" not in result.err, result.err
    return result


def _expected(result: Result, code: int, words: tuple[str, ...]) -> dict[str, Any]:
    assert result.code == code, (words, result.code, result.out, result.err)
    return result.answer
