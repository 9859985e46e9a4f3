"""The log's contract over its implementations."""

import pytest

from sesphr.ports.audit import Log
from tests.contract import wires
from tests.contract.log_contract import LogContract

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(params=wires.KINDS)
def log(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Log:
    made: Log = wires.ports(request.param, monkeypatch).log
    return made


class TestLog(LogContract):
    """Every implementation, the same demands."""
