"""A pytest plugin that writes what the long tests did to a Markdown file.

Loaded by `make soak` with `-p tests.support.soak_report --soak-report FILE`. What
a test notes with pytest's `record_property` (counts, seeds, sizes) is written
beside its name and time; a failed run is written as failed, never left out.
"""

import datetime as dt
import os
import platform
from pathlib import Path

import pytest

HEAD = """# Long forms of the tests

Written by `make soak`; do not edit.

- {when}, Python {python}, {machine}, {cores} cores
- result: **{result}**, {count} tests

| test | outcome | seconds | noted |
|---|---|---|---|
"""


class SoakReport:
    """Collects one line a test."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the test itself, or the phase that kept it from running."""
        if report.when == "call" or report.outcome != "passed":
            noted = ", ".join(f"{name} {value}" for name, value in report.user_properties)
            name = report.nodeid.replace("|", "\\|")
            self._lines.append(
                f"| {name} | {report.outcome} | {report.duration:.1f} | {noted.replace('|', ' ')} |"
            )

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the file."""
        head = HEAD.format(
            when=dt.datetime.now(dt.UTC).date().isoformat(),
            python=platform.python_version(),
            machine=f"{platform.system()} {platform.machine()}",
            cores=os.cpu_count(),
            result="passed" if exitstatus == pytest.ExitCode.OK else "FAILED",
            count=len(self._lines),
        )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(head + "\n".join(self._lines) + "\n", "utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the file's name."""
    parser.addoption("--soak-report", type=Path, metavar="FILE", help="write a Markdown report")


def pytest_configure(config: pytest.Config) -> None:
    """Start collecting when a file is named; under xdist only the controller writes."""
    path = config.getoption("soak_report")
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SoakReport(path), "sesphr-soak-report")
