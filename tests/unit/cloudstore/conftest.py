"""The local cloud with a blob folder of its own, under one node or two of three."""

from pathlib import Path
from typing import Any

import pytest

from cloudstore import store
from cloudstore.store import LocalCloud
from sesphr.deployment import get_deployment
from tests.contract.cloud_builder import Signer, deployment_of, own_nodes
from tests.contract.cloud_contract import Scene


@pytest.fixture(autouse=True)
def blob_folder(settings: Any, tmp_path: Path) -> Path:
    """Where this test's blobs are: nobody else's are swept."""
    folder = tmp_path / "blobs"
    blobs = settings.STORAGES["blobs"]
    options = {**blobs["OPTIONS"], "location": folder}
    settings.STORAGES = {**settings.STORAGES, "blobs": {**blobs, "OPTIONS": options}}
    return folder


@pytest.fixture
def scene(db: None) -> Scene:
    """This run's own deployment."""
    return Scene(LocalCloud(), own_nodes())


@pytest.fixture
def three(db: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Three nodes, of which two must agree."""
    nodes = [Signer(get_deployment().id) for _ in range(3)]
    made = deployment_of(nodes, 2)
    monkeypatch.setattr(store, "get_deployment", lambda: made)
    return Scene(LocalCloud(), nodes)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
