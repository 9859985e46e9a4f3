"""The portal's own rows of a version, written when cloud and SRS both hold it."""

from typing import Any
from uuid import UUID

from django.db import transaction

from phr.models import PartitionSize, Record, Version
from sesphr import clock


def index(owner: UUID, payload: dict[str, Any], digest: str) -> None:
    """Write the rows of a manifest's version; the same again changes nothing."""
    with transaction.atomic():
        record, _ = Record.objects.get_or_create(
            id=payload["record"], defaults={"owner": owner, "created": clock.now()}
        )
        version, made = Version.objects.get_or_create(
            digest=digest, defaults={"record": record, "n": payload["version"]}
        )
        if made:
            PartitionSize.objects.bulk_create(
                PartitionSize(version=version, partition=name, size=one["size"])
                for name, one in payload["partitions"].items()
            )
