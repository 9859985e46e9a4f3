"""The S3 server of this run, for those who ask for it."""

from collections.abc import Iterator

import pytest

from tests.support import seaweed


@pytest.fixture(scope="session")
def s3() -> Iterator[seaweed.Server]:
    """A real server on this machine."""
    with seaweed.running() as server:
        yield server
