"""A pytest plugin that says in which order the workers take the files of tests.

A worker takes a whole file. Files that take long come first, whatever their number of tests: one
that came last would leave the others without work. Those that use the one cluster of a run
are a single file in this respect.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

CLUSTER = tuple(
    f"tests/system/test_{name}.py"
    for name in ("cluster_canary", "paper", "random_operations", "cluster_nodes", "cluster")
)
# They start servers and browsers; all others are many short tests.
LONG = ("tests/system/", "tests/browser/", "tests/nodes/")


def rank(file: str) -> tuple[int, str]:
    """Where a file comes: the cluster's in their own order, then long ones."""
    if file in CLUSTER:
        return CLUSTER.index(file) - len(CLUSTER), file
    return int(not file.startswith(LONG)), file


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in their order; tests of a file stay as they are."""
    items.sort(key=lambda item: rank(item.nodeid.partition("::")[0]))


class ByFile(LoadFileScheduling):
    """A file is of one worker; so is the cluster."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "cluster" if file in CLUSTER else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Share out by `ByFile`."""
    return ByFile(config, log)
