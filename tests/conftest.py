"""Fixtures that every suite shares; each test run has a DATA folder of its own."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from sesphr import clock, deployment
from sesphr.crypto import slots


@pytest.fixture(scope="session", autouse=True)
def _deployment() -> Iterator[None]:
    """Keys and signed configuration, made once for the run."""
    deployment.create(clock.now())
    yield
    deployment.get_deployment.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def _stretched_once() -> Iterator[None]:
    """Argon2id hashes the same password, salt and cost once in a process of tests.

    It takes 64 MiB and a fifth of a second by design, and each command of the client that runs in
    this process would do it again; commands in processes of their own still do.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slots, "hash_secret_raw", cache(slots.hash_secret_raw))
        yield


@pytest.fixture
def data() -> Path:
    """This run's DATA folder."""
    return Path(settings.SESPHR_DATA)


@pytest.fixture
def moved_clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The servers' clock as a list of one number that the test may change."""
    moment = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    return moment
