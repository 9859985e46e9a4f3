"""The log's contract over its implementations."""

from collections.abc import Callable

import pytest

from sesphr.ports.audit import Log
from tests.contract import wires
from tests.contract.log_contract import LogContract

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(params=wires.KINDS)
def ports(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> wires.Ports:
    return wires.ports(request.param, monkeypatch)


@pytest.fixture
def log(ports: wires.Ports) -> Log:
    made: Log = ports.log
    return made


@pytest.fixture
def log_of(ports: wires.Ports) -> Callable[[str], Log]:
    return ports.log_of


class TestLog(LogContract):
    """Every implementation, the same demands."""
