"""Checks that blobs can be kept where the settings say."""

import secrets
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from cloudstore import blobs


@register(Tags.security, deploy=True)
def check_blobs(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A blob must come back as it was written, and go when it is removed."""
    octets = secrets.token_bytes(64)
    try:
        name = blobs.save(octets)
        try:
            same = blobs.read_at(name, 0, 100) == octets
        finally:
            blobs.remove(name)
    except OSError as error:
        return [_error(f"Blobs cannot be kept: {error}.")]
    return [] if same else [_error("Blobs do not come back as they were written.")]


def _error(message: str) -> CheckMessage:
    return Error(
        message,
        hint="Look at SESPHR_BLOBS and SESPHR_S3_..., or at the rights of the folder DATA/blobs.",
        id="cloud.E001",
    )
