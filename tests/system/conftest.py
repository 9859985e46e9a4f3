"""What most of these tests share: one server process a run, and one cluster."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.cluster import Cluster
from tests.support.cluster import running as running_cluster
from tests.support.recorded import variables
from tests.system.place import System, running


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The system that most of these tests share."""
    with running(tmp_path_factory.mktemp("system")) as found:
        yield found


@pytest.fixture(scope="session")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Cluster]]:
    """The cluster of this run, which takes many seconds to start; another when a test ended it."""
    with ExitStack() as stack:
        known: list[Cluster] = []

        def found() -> Cluster:
            if not known or known[-1].process.poll() is not None:
                folder = tmp_path_factory.mktemp("cluster")
                heard = variables(folder / "wires")
                known.append(stack.enter_context(running_cluster(folder / "data", **heard)))
            return known[-1]

        yield found


@pytest.fixture
def cluster(clusters: Callable[[], Cluster]) -> Cluster:
    """A cluster in which all servers run; tests bring people of their own, and leave it running."""
    return clusters()
