"""Two fake nodes that sign as a deployment of two nodes says; a hospital and its people."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sesphr import clock, deployment
from tests.unit.accounts.conftest import _around, log, nodes
from tests.unit.accounts.fakes import FakeNode
from tests.unit.organisations.people import Clinic

__all__ = ["_around", "log", "nodes"]


@pytest.fixture(autouse=True)
def _two_nodes(
    _around: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    settings.SESPHR_DATA, settings.SESPHR_THRESHOLD = tmp_path, 2
    monkeypatch.setattr(FakeNode, "signs", True)
    deployment.get_deployment.cache_clear()
    deployment.create(clock.now())
    yield
    deployment.get_deployment.cache_clear()


@pytest.fixture
def clinic() -> Clinic:
    return Clinic("City Heart Clinic", "Lyon")


@pytest.fixture
def other() -> Clinic:
    return Clinic("North Hospital", "Málaga")
