"""The S3 server of this run, and the nodes behind a wire, for those who ask for them."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.contract import test_srs, wires
from tests.support import seaweed


@pytest.fixture(scope="session")
def s3() -> Iterator[seaweed.Server]:
    """A real server on this machine."""
    with seaweed.running() as server:
        yield server


@pytest.fixture(params=wires.MOSTLY)
def reached(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nodes as `test_srs.NODES` gives them: over the wire that the test runs with."""
    made = wires.ports(request.param, monkeypatch, settings.SESPHR_NODES)
    monkeypatch.setattr(test_srs, "_nodes", made.nodes)
