"""A pytest plugin that fails a run in which anything was skipped, or nothing ran.

Loaded with `-p tests.support.no_skips` by the suite: a test that is skipped
because something is missing on a machine would look like one that passes.
"""

import pytest

EXIT_SKIPPED = 9


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped, zero included."""
    skipped = len(terminalreporter.stats.get("skipped", []))
    terminalreporter.write_line(f"skipped: {skipped} (must be 0)")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn a run with skips into a failure; under xdist the controller counts."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    if exitstatus == pytest.ExitCode.OK and reporter.stats.get("skipped"):
        session.exitstatus = EXIT_SKIPPED
