"""The browser's endpoint as a process that answers JSON lines: the pages' modules under Node."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.liveserver import ROOT
from tests.support.people_cli import Person

NODE = Path(sys.executable).parent / "node"
SCRIPT = ROOT / "tests" / "js" / "endpoint_peer.mjs"


class Stopped(Exception):
    """The endpoint refused to go on; `told` is its error: name, code, what, record, partition."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told)
        self.told = told

    @property
    def red(self) -> bool:
        """Whether it is an integrity failure."""
        return self.told["code"] == "integrity"


class Peer:
    """One Node process, signed in as one person."""

    def __init__(self, url: str, storage: Path) -> None:
        flags = ["--no-warnings", "--experimental-webstorage", f"--localstorage-file={storage}"]
        self._process = subprocess.Popen(
            [NODE, *flags, SCRIPT, url], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            encoding="utf-8",
        )  # fmt: skip

    def ask(self, operation: str, /, **given: Any) -> Any:
        """Run one operation.

        Raises:
            Stopped: with one of the endpoint's errors.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": operation, "input": given}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "refused" in answer:
            raise Stopped(answer["refused"])
        assert "crashed" not in answer, answer["crashed"]
        return answer["result"]

    def deposit(
        self,
        original: dict[str, Any] | None = None,
        attachments: dict[str, list[dict[str, Any]]] | None = None,
        onto: dict[str, Any] | None = None,
        **partitions: str,
    ) -> dict[str, Any]:
        """Deposit elements; `original` has name, type and octets, `attachments` lists of the like,
        `onto` comes from `again`."""
        texts = {name: encoded(text.encode()) for name, text in partitions.items()}
        given: dict[str, Any] = {} if original is None else {"original": original}
        if attachments is not None:
            given["attachments"] = attachments
        given |= {"onto": onto} if onto else {}
        found: dict[str, Any] = self.ask("deposit", partitions=texts, **given)
        return found

    def opened(self, record: str, *partitions: str) -> dict[str, bytes]:
        """What of a record opens, by partition."""
        items = [{"record": record, "partitions": list(partitions)}]
        (found,) = self.ask("open", items=items)
        return {name: base64.b64decode(text) for name, text in found["parts"].items()}

    def close(self) -> None:
        """End the process: its input ends."""
        self._process.communicate(timeout=30)


def encoded(octets: bytes) -> str:
    """Octets on their way to the process."""
    return base64.b64encode(octets).decode()


@contextmanager
def signed_in(person: Person, url: str | None = None) -> Iterator[Peer]:
    """The browser's endpoint with a person's password typed in."""
    peer = Peer(url or person.url, person.home.parent / "storage")
    try:
        peer.ask("signIn", login=person.login, password=person.password)
        yield peer
    finally:
        peer.close()
