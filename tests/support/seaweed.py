"""A real S3-speaking server for tests: SeaweedFS, on this machine alone, in a folder of its own.

It demands the right secret, which is tried before any test relies on it, and it is
gone when the run ends, even if the run is killed.
"""

import contextlib
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.support.mariadb import HOST, WATCHER, _free_port

START_SECONDS = 30
BUCKET = "sesphr-test"


class SeaweedError(Exception):
    """The server does not come up, or lets strangers in; the message says what it said."""


@dataclass(frozen=True)
class Server:
    """A running server with one bucket."""

    port: int
    key: str
    secret: str
    folder: Path

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def client(self, **changed: str) -> Any:
        """A client of its own, with this secret or another."""
        given = {"key": self.key, "secret": self.secret, **changed}
        session = boto3.session.Session(given["key"], given["secret"], region_name="us-east-1")
        patience = Config(
            connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
        )  # fmt: skip
        return session.client("s3", endpoint_url=self.endpoint, config=patience)

    def options(self, prefix: str) -> dict[str, str]:
        """The options of the storage "blobs" for a place of its own in the bucket."""
        return {
            "endpoint_url": self.endpoint, "bucket_name": BUCKET, "region_name": "us-east-1",
            "access_key": self.key, "secret_key": self.secret, "location": prefix,
        }  # fmt: skip

    def environment(self, prefix: str) -> dict[str, str]:
        """The variables of a server that keeps its blobs here."""
        return {
            "SESPHR_BLOBS": "s3", "SESPHR_S3_ENDPOINT": self.endpoint, "SESPHR_S3_BUCKET": BUCKET,
            "SESPHR_S3_KEY": self.key, "SESPHR_S3_SECRET": self.secret, "SESPHR_S3_PREFIX": prefix,
        }  # fmt: skip


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server, give it, and always stop it and remove its folder.

    Raises:
        SeaweedError: it does not come up, or takes a wrong secret.
    """
    folder = Path(tempfile.mkdtemp(prefix="sesphr-s3-"))
    try:
        with _started(folder) as server:
            _make_bucket(server)
            _check_that_it_refuses(server)
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[Server]:
    server = Server(_free_port(), secrets.token_hex(10), secrets.token_hex(20), folder)
    process = _spawn(server)
    watcher = subprocess.Popen(
        ["/bin/sh", "-c", WATCHER, "sh", str(process.pid), str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield server
    finally:
        # The watcher first: afterwards the pid could be another process's.
        watcher.kill()
        watcher.communicate()
        # It takes half a minute to end in order, and there is nothing to save.
        process.kill()
        process.wait()


def _spawn(server: Server) -> subprocess.Popen[bytes]:
    _configure(server)
    ports = {
        name: _free_port() for part in ("master", "volume", "filer", "s3")
        for name in (f"{part}.port", f"{part}.port.grpc")
    }  # fmt: skip
    options = {
        **ports, "s3.port": server.port, "dir": server.folder, "ip": HOST, "ip.bind": HOST,
        "filer": "true", "s3": "true", "s3.config": server.folder / "s3.json", "s3.port.iceberg": 0,
        "s3.port.lance": 0, "s3.autoCreateBucket": "false", "s3.localSocket": server.folder / "s3.sock",
        "filer.localSocket": server.folder / "filer.sock", "master.telemetry": "false",
        "master.electionTimeout": "1s", "master.volumeSizeLimitMB": 1024, "volume.max": 200,
    }  # fmt: skip
    weed = Path(sys.executable).parent / "weed"
    with (server.folder / "log").open("ab") as log:
        return subprocess.Popen(
            [weed, "server", *(f"-{name}={value}" for name, value in options.items())],
            cwd=server.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip


def _configure(server: Server) -> None:
    """Who may do what; and keys without which its inner ports would be open doors."""
    credentials = [{"accessKey": server.key, "secretKey": server.secret}]
    actions = ["Admin", "Read", "Write", "List"]
    identity = {"name": "sesphr", "credentials": credentials, "actions": actions}
    (server.folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    names = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
    keys = (f'[{name}]\nkey = "{secrets.token_hex(20)}"\n' for name in names)
    (server.folder / "security.toml").write_text("".join(keys))


def _make_bucket(server: Server) -> None:
    """Make the bucket, and wait until something can be written into it."""
    client, deadline = server.client(), time.monotonic() + START_SECONDS
    while True:
        try:
            with contextlib.suppress(client.exceptions.BucketAlreadyOwnedByYou):
                client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
            return
        except (BotoCoreError, ClientError) as error:
            if time.monotonic() > deadline:
                said = (server.folder / "log").read_text(errors="replace")[-4000:]
                raise SeaweedError(f"no S3 server ({error}):\n{said}") from error
            time.sleep(0.1)


def _check_that_it_refuses(server: Server) -> None:
    for changed in ({"secret": "x" * 40}, {"key": "somebody"}):
        try:
            server.client(**changed).get_object(Bucket=BUCKET, Key="ready")
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 403:
                continue
            raise
        raise SeaweedError("This S3 server takes wrong secrets: it proves nothing.")
