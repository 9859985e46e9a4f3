"""The engines that run the endpoint's cases: Python here, Node and Chromium outside.

All answer the same two calls, so that rounds can go from one to the other: while
one works the others wait.
"""

import json
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Page, sync_playwright

from benchmarks.endpoint import Endpoint, Prepared
from benchmarks.timing import seconds_of
from tests.vectorcheck.chromium import CHROMIUM, FLAGS, serving

HERE = Path(__file__).resolve().parent
NODE = Path(sys.executable).parent / "node"


class EngineError(Exception):
    """An engine did not start, or a case failed in it."""


class Engine(Protocol):
    """Runs cases by name."""

    name: str

    def check(self, case: str, size: int) -> None:
        """Run once, unmeasured, and demand the right result."""

    def time(self, case: str, size: int, repeat: int) -> float:
        """Seconds of one call, the mean of `repeat` calls."""


class Python:
    """This process."""

    name = "Python"

    def __init__(self, plaintexts: Path) -> None:
        """Take the folder of plaintexts."""
        self._endpoint = Endpoint(plaintexts)
        self._prepared: dict[tuple[str, int], Prepared] = {}

    def _case(self, case: str, size: int) -> Prepared:
        if (case, size) not in self._prepared:
            self._prepared[case, size] = self._endpoint.prepare(case, size)
        return self._prepared[case, size]

    def check(self, case: str, size: int) -> None:
        """See `Engine`."""
        run, check = self._case(case, size)
        if not check(run()):
            raise EngineError(f"Python: {case} {size}: a wrong result")

    def time(self, case: str, size: int, repeat: int) -> float:
        """See `Engine`."""
        return seconds_of(self._case(case, size)[0], repeat)


class Remote(ABC):
    """An engine that takes calls as JSON."""

    def __init__(self, name: str) -> None:
        """Take its name."""
        self.name = name

    @abstractmethod
    def _call(self, call: str, given: list[Any]) -> dict[str, Any]:
        """Answer a call."""

    def _result(self, call: str, *given: Any) -> Any:
        answer = self._call(call, list(given))
        if "error" in answer:
            raise EngineError(f"{self.name}: {answer['error']}")
        return answer["result"]

    def check(self, case: str, size: int) -> None:
        """See `Engine`."""
        self._result("check", case, size)

    def time(self, case: str, size: int, repeat: int) -> float:
        """See `Engine`."""
        return float(self._result("time", case, size, repeat))


class Node(Remote):
    """A Node process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Take a started `node.mjs`."""
        super().__init__("Node")
        self._process = process

    def _call(self, call: str, given: list[Any]) -> dict[str, Any]:
        source, sink = self._process.stdout, self._process.stdin
        if source is None or sink is None:
            raise EngineError("Node: started without pipes")
        with suppress(BrokenPipeError):
            sink.write(json.dumps({"call": call, "arguments": given}) + "\n")
            sink.flush()
        line = source.readline()
        if not line:
            raise EngineError("Node: ended before it answered")
        return dict(json.loads(line))


class Chromium(Remote):
    """A page of Chromium."""

    def __init__(self, page: Page) -> None:
        """Take the open page."""
        super().__init__("Chromium")
        self._page = page

    def _call(self, call: str, given: list[Any]) -> dict[str, Any]:
        return dict(
            self._page.evaluate(
                "([call, given]) => globalThis.benchCall(call, given)", [call, given]
            )
        )


@contextmanager
def node(bundles: Path, plaintexts: Path) -> Iterator[Node]:
    """Node while the block runs."""
    command = [str(NODE), str(HERE / "node.mjs"), str(bundles), str(plaintexts)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield Node(process)
        finally:
            process.kill()
            # A call that nobody took is still in the buffer.
            with suppress(BrokenPipeError):
                if process.stdin is not None:
                    process.stdin.close()


@contextmanager
def chromium(bundles: Path, plaintexts: Path) -> Iterator[tuple[Chromium, str]]:
    """Chromium and its version while the block runs."""
    folders = {"js": bundles, "plaintexts": plaintexts, "bench": HERE}
    with serving(folders) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(f"{address}/bench/page.html")
        page.wait_for_function("() => Boolean(globalThis.benchCall)")
        yield Chromium(page), browser.version
        browser.close()
