"""The log's contract over its implementations."""

import pytest

from sesphr.ports.audit import Log
from tests.contract.log_contract import LogContract

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(params=["audit.log.LocalLog"])
def log(request: pytest.FixtureRequest) -> Log:
    from django.utils.module_loading import import_string

    made: Log = import_string(request.param)()
    return made


class TestLog(LogContract):
    """Every implementation, the same demands."""
