"""The cloud's contract over its implementations."""

from pathlib import Path
from typing import Any

import pytest

from sesphr.ports.cloudstore import Cloud
from tests.contract import cloud_builder, wires
from tests.contract.cloud_contract import (
    GetContract,
    NoteAndCollectContract,
    OpenAttachmentContract,
    PutAttachmentContract,
    PutContract,
    scene,
)
from tests.contract.contribution_contract import ContributionContract
from tests.contract.key_change_contract import KeyChangeContract
from tests.contract.upload_contract import SpanContract, UploadContract

__all__ = ["scene"]

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def _own_blobs(settings: Any, tmp_path: Path) -> None:
    """Collecting must not sweep what other tests store at the same time."""
    blobs = settings.STORAGES["blobs"]
    options = {**blobs["OPTIONS"], "location": tmp_path / "blobs"}
    settings.STORAGES = {**settings.STORAGES, "blobs": {**blobs, "OPTIONS": options}}


@pytest.fixture(params=wires.KINDS)
def cloud(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    made: Cloud = wires.ports(request.param, monkeypatch).cloud
    return made


@pytest.fixture
def nodes() -> list[cloud_builder.Signer]:
    return cloud_builder.own_nodes()


class TestPutAttachment(PutAttachmentContract):
    pass


class TestPut(PutContract):
    pass


class TestGet(GetContract):
    pass


class TestNoteAndCollect(NoteAndCollectContract):
    pass


class TestOpenAttachment(OpenAttachmentContract):
    pass


class TestUpload(UploadContract):
    pass


class TestSpan(SpanContract):
    pass


class TestContribution(ContributionContract):
    pass


class TestKeyChange(KeyChangeContract):
    pass
