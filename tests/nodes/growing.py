"""A fourth node beside the three of a run: its database, and a configuration that names it."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from sesphr import clock, deployment
from sesphr.adapters import forget_adapters, get_srs_nodes
from sesphr.crypto.encoding import b64u_encode

FOURTH = "srs-4"


@pytest.fixture(scope="module")
def fourth_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database of node 4, empty, as long as a module's tests run."""
    beside = deepcopy(connections["srs-3"].settings_dict)
    name = f"{beside['NAME']}_4"
    connections.settings[FOURTH] = {**beside, "NAME": name}
    connections.settings[FOURTH]["TEST"]["NAME"] = None
    with django_db_blocker.unblock():
        connections[FOURTH].creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    yield
    with django_db_blocker.unblock():
        connections[FOURTH].creation.destroy_test_db(name, verbosity=0)
        del connections[FOURTH]
    del connections.settings[FOURTH]


@pytest.fixture
def grow(fourth_database: None, data: Path, settings: Any) -> Iterator[Callable[[], None]]:
    """Adds node 4 when it is called, as the operator does; afterwards there are three again."""
    files = {path: path.read_text() for path in (deployment.path(), deployment.operator_path())}
    present = deployment.get_deployment().nodes

    def act() -> None:
        nodes = [
            {"id": one.id, "verification": b64u_encode(one.verification), "hpke": b64u_encode(one.hpke)}
            for one in present
        ]  # fmt: skip
        fourth = {"id": "00000000-0000-4000-8000-000000000004", **deployment.node_keys(4)}
        settings.SESPHR_NODES = 4
        deployment.sign([*nodes, fourth], deployment.log_key(), clock.now())
        _restarted()
        assert len(get_srs_nodes()) == deployment.get_deployment().n == 4

    yield act
    settings.SESPHR_NODES = 3
    for path, text in files.items():
        path.write_text(text)
    _restarted()


def _restarted() -> None:
    deployment.get_deployment.cache_clear()
    forget_adapters()
