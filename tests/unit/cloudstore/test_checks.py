"""`manage.py check` says whether blobs can be kept."""

from pathlib import Path

import pytest

from cloudstore import blobs, checks
from tests.unit.cloudstore.conftest import files


def test_a_blob_is_written_read_and_removed(blob_folder: Path) -> None:
    assert checks.check_blobs(None) == []
    assert not files(blob_folder)


def test_a_folder_that_cannot_be_written_is_an_error(blob_folder: Path) -> None:
    blob_folder.write_text("no folder")
    (found,) = checks.check_blobs(None)
    assert found.id == "cloud.E001"
    assert "Blobs cannot be kept" in found.msg


def test_a_store_that_gives_something_else_is_an_error(
    blob_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "read_at", lambda *_: b"something else")
    (found,) = checks.check_blobs(None)
    assert found.id == "cloud.E001"
    assert not files(blob_folder)
