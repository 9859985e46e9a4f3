"""The system that most of these tests share: one server process a run."""

from collections.abc import Iterator

import pytest

from tests.system.place import System, running


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The system that most of these tests share."""
    with running(tmp_path_factory.mktemp("system")) as found:
        yield found
