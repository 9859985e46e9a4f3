"""Several processes store the same things at once; one is killed; nothing is doubled or torn."""

import json
import shutil
import time
import uuid
from pathlib import Path

import pytest

from tests.contract import cloud_builder as build
from tests.contract.cloud_contract import Scene
from tests.unit.audit.fresh import Fresh, fresh
from tests.unit.cloudstore.conftest import files

pytestmark = pytest.mark.django_db(databases="__all__")

COUNT = 12


@pytest.fixture
def folder(tmp_path: Path, data: Path) -> Path:
    """A DATA folder of the same deployment."""
    made = tmp_path / "data"
    made.mkdir()
    for name in ("deployment.jws", "operator.pub"):
        shutil.copy(data / name, made)
    shutil.copytree(data / "secrets", made / "secrets")
    return made


@pytest.fixture
def uploads(scene: Scene, folder: Path) -> Path:
    """Uploads that every process reads from one file."""
    made = [an_upload(scene) for _ in range(COUNT)]
    path = folder / "uploads.json"
    path.write_text(json.dumps(made))
    return path


def an_upload(scene: Scene) -> dict[str, str]:
    name, stream = str(uuid.uuid4()), uuid.uuid4().bytes * 9000
    described = {"medical": [build.described(name, stream)]}
    made = build.upload(scene.owner, scene.owner, iat=scene.now, attachments=described)
    return {
        "owner": scene.owner.id,
        "attachment": name,
        "stream": stream.hex(),
        "verification": scene.owner.verification.hex(),
        "manifest": made.manifest,
        "document": made.document.hex(),
    }


def stored(server: Fresh, uploads: Path) -> str:
    done = server.run("-m", "tests.unit.cloudstore.worker", "check", str(uploads))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_concurrent_puts(folder: Path, uploads: Path) -> None:
    command = ("-m", "tests.unit.cloudstore.worker", "put", str(uploads))
    with fresh(folder, "cloud") as server:
        workers = [server.start(*command) for _ in range(3)]
        for worker in workers:
            worker.communicate(timeout=120)
        assert [worker.returncode for worker in workers] == [0, 0, 0]
        assert stored(server, uploads) == f"{COUNT} {COUNT}"
        # Whoever came second removed the blob for which there was no row.
        assert len(files(folder / "blobs")) == COUNT


# Each kill is three processes; `make soak` dies at more moments.
@pytest.mark.parametrize(
    "rests",
    [(0.0, 0.009), pytest.param((0.0, 0.004, 0.009, 0.015), marks=pytest.mark.soak)],
    ids=len,
)
def test_a_killed_put(folder: Path, uploads: Path, rests: tuple[float, ...]) -> None:
    command = ("-m", "tests.unit.cloudstore.worker", "put", str(uploads))
    with fresh(folder, "cloud") as server:
        for rest in rests:
            worker = server.start(*command)
            assert worker.stdout is not None
            worker.stdout.readline()
            time.sleep(rest)
            worker.kill()
            worker.communicate()
            stored(server, uploads)
        assert server.run(*command).returncode == 0
        assert stored(server, uploads) == f"{COUNT} {COUNT}"
        collected = server.run("manage.py", "collect_orphans")
        assert collected.stdout == "Removed 0 objects.\n", collected.stderr
