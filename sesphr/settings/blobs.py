"""Where blobs are kept: a folder under DATA, or a bucket of an S3-compatible store."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from sesphr.settings import env

KINDS = ("local", "s3")
PACKAGES = ("boto3", "storages")


def storage(data: Path, deployment: str) -> dict[str, Any]:
    """The entry "blobs" of Django's STORAGES for SESPHR_BLOBS = local (under `data`) or s3."""
    if env.choice("SESPHR_BLOBS", KINDS, "local") == "s3":
        return _s3(deployment)
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": data / "blobs", "file_permissions_mode": 0o600},
    }


def _s3(deployment: str) -> dict[str, Any]:
    if not all(map(find_spec, PACKAGES)):
        raise ImproperlyConfigured(
            "SESPHR_BLOBS=s3 needs django-storages and boto3: pip install -r requirements-s3.txt."
        )
    options = {
        "endpoint_url": _endpoint(),
        "bucket_name": env.matching(
            "SESPHR_S3_BUCKET", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "a bucket's name"
        ),
        "region_name": env.matching(
            "SESPHR_S3_REGION", r"[a-z0-9-]{1,32}", "a region's name", "us-east-1"
        ),
        "access_key": env.matching("SESPHR_S3_KEY", r"[!-~]{1,128}", "an access key's id"),
        "secret_key": env.secret("SESPHR_S3_SECRET"),
        # Blobs of two deployments must never lie among each other: each sweeps what it does not know.
        "location": env.matching(
            "SESPHR_S3_PREFIX", r"[A-Za-z0-9._-]{1,64}(/[A-Za-z0-9._-]{1,64}){0,7}",
            "names with single slashes between them", deployment,
        ),
    }  # fmt: skip
    if not options["secret_key"]:
        raise ImproperlyConfigured("SESPHR_S3_SECRET_FILE names an empty file.")
    return {"BACKEND": "cloudstore.s3.S3Blobs", "OPTIONS": options}


def _endpoint() -> str:
    text = env.text("SESPHR_S3_ENDPOINT")
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        fine = False
    if not fine or parts.username or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            f"SESPHR_S3_ENDPOINT is {text!r}; it must be like https://s3.example.org."
        )
    return text.rstrip("/")
