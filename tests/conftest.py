"""Fixtures that every suite shares; each test run has a DATA folder of its own."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Before Django reads the settings: DATA is this run's alone, and each parallel worker's.
_folder = tempfile.TemporaryDirectory(prefix="sesphr-test-")
os.environ["SESPHR_DATA"] = str(
    Path(os.environ.get("SESPHR_DATA") or _folder.name) / os.environ.get("PYTEST_XDIST_WORKER", "main")
)

import pytest  # noqa: E402
from django.conf import settings  # noqa: E402

from sesphr import clock, deployment  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def _deployment() -> Iterator[None]:
    """Keys and signed configuration, made once for the run."""
    deployment.create(clock.now())
    yield
    deployment.get_deployment.cache_clear()


@pytest.fixture
def data() -> Path:
    """This run's DATA folder."""
    return Path(settings.SESPHR_DATA)


@pytest.fixture
def moved_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The servers' clock as a list of one number that the test may change."""
    moment = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    yield moment
