"""Blobs in an S3-compatible store, through django-storages.

Parts of a blob are asked for as such, names and times are listed together, and
whatever goes wrong is an OSError that says which of the store's refusals it was: what
is missing is a FileNotFoundError only when the store itself says that the key is, not
the bucket. One client serves all threads of a process.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import boto3.session
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

logger = logging.getLogger(__name__)

MIB = 2**20
# How many names a list has at most: S3's own bound.
PAGE = 1000
_CLIENT = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 3},
    # Not every store takes the checksums that newer clients add; chunks have their own.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    max_pool_connections=20,
)
_TRANSFER = TransferConfig(
    use_threads=False, multipart_threshold=16 * MIB, multipart_chunksize=8 * MIB
)


class StoreError(OSError):
    """The store cannot be reached, or refuses; the message names its code, never a secret."""


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn what the client raises into an OSError, and note it for whoever runs this."""
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as error:
        code = _code(error)
        if code == "NoSuchKey":
            raise FileNotFoundError(what) from None
        logger.error("blob store: %s: %s", what, code)
        raise StoreError(f"{what}: {code}") from None


def _code(error: Exception) -> str:
    """The store's own word for it, or the kind of failure before it said any."""
    if not isinstance(error, ClientError):
        cause = error.__context__
        return _code(cause) if isinstance(cause, ClientError) else type(error).__name__
    return str(error.response.get("Error", {}).get("Code", "unknown"))


class S3Blob(File):
    """A blob that is read where it is asked for; each `read` is one request."""

    def __init__(self, storage: "S3Blobs", name: str) -> None:
        super().__init__(None, name)
        self._storage, self._at = storage, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to an offset from the beginning."""
        if whence:
            raise ValueError("only from the beginning")
        self._at = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        """At most `size` octets from here on; all that are left without it."""
        found = self._storage.part(str(self.name), self._at, size)
        self._at += len(found)
        return found

    def close(self) -> None:
        """Nothing is open between two reads."""


@lru_cache(maxsize=4)
def _resource(endpoint: str, region: str, key: str, secret: str) -> Any:
    """What talks to a store; making one takes a tenth of a second."""
    session = boto3.session.Session(aws_access_key_id=key, aws_secret_access_key=secret)
    return session.resource("s3", region_name=region, endpoint_url=endpoint, config=_CLIENT)


class S3Blobs(S3Storage):
    """The storage; its options are those of django-storages."""

    def get_default_settings(self) -> dict[str, Any]:
        """Those of django-storages, with nothing taken from AWS variables."""
        found: dict[str, Any] = super().get_default_settings()
        own = {"security_token": None, "session_profile": None}
        return {**found, **own, "client_config": _CLIENT, "transfer_config": _TRANSFER}

    @property
    def connection(self) -> Any:
        """The resource whose client all threads use; of the rest, which is not for that, nothing."""
        return _resource(self.endpoint_url, self.region_name, self.access_key, self.secret_key)

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def _open(self, name: str, mode: str = "rb") -> S3Blob:
        return S3Blob(self, name)

    def _save(self, name: str, content: File) -> str:
        with told("writing"):
            self._client.upload_fileobj(
                content, self.bucket_name, self._key(name), Config=self.transfer_config
            )
        return name

    def _key(self, name: str) -> str:
        return str(self._normalize_name(name))

    def delete(self, name: str) -> None:
        """Remove a blob; one that is gone is fine, a bucket that is gone is not."""
        with told("removing"):
            self._client.delete_object(Bucket=self.bucket_name, Key=self._key(name))

    def part(self, name: str, offset: int, size: int) -> bytes:
        """At most `size` octets of a blob from `offset` on; all the rest when it is negative.

        Raises:
            FileNotFoundError: there is no such blob.
        """
        if size == 0:
            return b""
        wanted = f"bytes={offset}-{'' if size < 0 else offset + size - 1}"
        with told("reading"):
            try:
                found = self._client.get_object(
                    Bucket=self.bucket_name, Key=self._key(name), Range=wanted
                )
            except ClientError as error:
                if _code(error) == "InvalidRange":
                    return b""
                raise
            return bytes(found["Body"].read())

    def written_before(self, limit: int) -> Iterator[list[str]]:
        """Names of blobs written before `limit` (Unix seconds), a page at a time."""
        start = f"{self.location}/" if self.location else ""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket_name, Prefix=start, PaginationConfig={"PageSize": PAGE}
        )
        with told("listing"):
            for page in pages:
                yield [
                    one["Key"][len(start) :]
                    for one in page.get("Contents", ())
                    if one["LastModified"].timestamp() < limit
                ]
