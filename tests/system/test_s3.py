"""The main job with the original file in a real S3 server, its failure, and its recovery."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sesphr.client import uploading
from tests.support import liveserver, seaweed
from tests.support.mariadb import _free_port
from tests.system.place import SAMPLES, System, running

SAMPLE = SAMPLES / "ccda_ccd_hl7_small.xml"
PREFIX = "system"


@pytest.fixture(scope="module")
def s3() -> Iterator[seaweed.Server]:
    with seaweed.running() as server:
        yield server


@pytest.fixture(scope="module")
def system(s3: seaweed.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("system-s3")
    with running(folder, s3.environment(PREFIX)) as found:
        yield found


def keys(s3: seaweed.Server) -> list[str]:
    found = s3.client().list_objects_v2(Bucket=seaweed.BUCKET, Prefix=f"{PREFIX}/")
    return [one["Key"] for one in found.get("Contents", ())]


def exported(system: System, owner: object, record: str) -> bytes:
    output: Path = system.output()
    owner.ok("export", "--output", str(output))  # type: ignore[attr-defined]
    return (output / record / "original" / SAMPLE.name).read_bytes()


def test_the_main_job_with_a_bucket_that_goes_away_and_comes_back(
    system: System, s3: seaweed.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.server.manage("check")
    wrong = {**system.server.environment, "SESPHR_S3_SECRET": "x" * 40}
    with pytest.raises(liveserver.LiveServerError, match=r"cloud\.E001.*SignatureDoesNotMatch"):
        liveserver.manage(wrong, "check")
    owner = system.join()
    first = owner.ok("deposit", str(SAMPLE))["record"]
    assert len(keys(s3)) == 1
    assert not (system.server.data / "blobs").exists()
    assert exported(system, owner, first) == SAMPLE.read_bytes()

    monkeypatch.setattr(uploading, "PIECE", 20_000)
    away = {"SESPHR_S3_ENDPOINT": f"http://127.0.0.1:{_free_port()}"}
    system.server.restart(away)
    assert owner.fails(5, "deposit", str(SAMPLE))["code"] == "unavailable"
    assert owner.fails(5, "export", "--output", str(system.output()))["code"] == "unavailable"
    system.server.restart(s3.environment(PREFIX))
    second = owner.ok("deposit", str(SAMPLE))["record"]
    assert exported(system, owner, second) == SAMPLE.read_bytes()
    assert len(owner.ok("records")["records"]) == 2

    said = system.server.said()
    assert "blob store: writing: EndpointConnectionError" in said
    assert "Traceback" not in said
    assert s3.secret not in said
