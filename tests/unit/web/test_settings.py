"""What a production server demands of its environment, and what `manage.py check` warns of."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sesphr import checks

GOOD = {
    "DJANGO_SETTINGS_MODULE": "sesphr.settings.production",
    "SESPHR_SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz",
    "SESPHR_DEPLOYMENT": "sesphr.example",
    "SESPHR_HOSTS": "sesphr.example",
    "SESPHR_MAIL_HOST": "mail.sesphr.example",
    "SESPHR_PROXIES": "1",
}
SHOW = "from django.conf import settings; print(settings.SESPHR_PROXIES)"


def start(
    data: Path, show: str = SHOW, /, **changed: str | None
) -> subprocess.CompletedProcess[str]:
    """Read the production settings in a process of their own, and show something of them."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SESPHR_")}
    wanted = {**clean, **GOOD, "SESPHR_DATA": str(data), **changed}
    return subprocess.run(
        [sys.executable, "-c", show],
        env={name: value for name, value in wanted.items() if value is not None},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("proxies", ["0", "1", "5"])
def test_the_number_of_proxies_is_taken_as_given(tmp_path: Path, proxies: str) -> None:
    assert start(tmp_path, SESPHR_PROXIES=proxies).stdout == f"{proxies}\n"


@pytest.mark.parametrize("proxies", [None, "", "-1", "6", "one", " 1"])
def test_without_a_number_of_proxies_nothing_starts(tmp_path: Path, proxies: str | None) -> None:
    done = start(tmp_path, SESPHR_PROXIES=proxies)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert "SESPHR_PROXIES" in last


@pytest.mark.parametrize(
    ("header", "proxies", "warned"),
    [(("HTTP_X_FORWARDED_PROTO", "https"), 0, True),
     (("HTTP_X_FORWARDED_PROTO", "https"), 1, False),
     (None, 0, False)],
)  # fmt: skip
def test_a_believed_proxy_that_is_not_counted_is_warned_of(
    settings: Any, header: Any, proxies: int, warned: bool
) -> None:
    settings.SECURE_PROXY_SSL_HEADER, settings.SESPHR_PROXIES = header, proxies
    found = {message.id for message in checks.production(None)}
    assert ("sesphr.W009" in found) == warned


@pytest.mark.parametrize("seconds", ["10", "900"])
def test_sessions_may_idle_for_so_long(tmp_path: Path, seconds: str) -> None:
    assert start(tmp_path, SESPHR_IDLE_SECONDS=seconds).returncode == 0


@pytest.mark.parametrize("seconds", ["9", "901", "0", "-1", "15m", "1e2", "\u0661\u0660"])
def test_sessions_never_idle_longer(tmp_path: Path, seconds: str) -> None:
    done = start(tmp_path, SESPHR_IDLE_SECONDS=seconds)
    assert done.returncode != 0
    assert "SESPHR_IDLE_SECONDS is" in done.stderr
    assert "from 10 to 900" in done.stderr


S3 = {
    "SESPHR_BLOBS": "s3",
    "SESPHR_S3_ENDPOINT": "https://s3.sesphr.example:9000/",
    "SESPHR_S3_BUCKET": "sesphr-blobs",
    "SESPHR_S3_KEY": "AKIDEXAMPLE",
    "SESPHR_S3_SECRET": "wJalrXUtnFEMI",
}
SHOW_BLOBS = "from django.conf import settings; print(settings.STORAGES['blobs'])"


def blobs(data: Path, **changed: str | None) -> subprocess.CompletedProcess[str]:
    """Start with blobs in an S3-compatible store, and show how they are kept."""
    return start(data, SHOW_BLOBS, **{**S3, **changed})


def test_blobs_lie_in_a_folder_unless_told_otherwise(tmp_path: Path) -> None:
    shown = start(tmp_path, SHOW_BLOBS).stdout
    assert "FileSystemStorage" in shown
    assert str(tmp_path / "blobs") in shown


def test_blobs_in_a_bucket(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    shown = blobs(tmp_path, SESPHR_S3_SECRET=None, SESPHR_S3_SECRET_FILE=str(secret)).stdout
    for part in (
        "'cloudstore.s3.S3Blobs'", "'endpoint_url': 'https://s3.sesphr.example:9000'",
        "'bucket_name': 'sesphr-blobs'", "'access_key': 'AKIDEXAMPLE'",
        "'secret_key': 'from a file'", "'location': 'sesphr.example'",
        "'region_name': 'us-east-1'",
    ):  # fmt: skip
        assert part in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, None) for name in S3 if name != "SESPHR_BLOBS"),
        ("SESPHR_BLOBS", "S3"), ("SESPHR_S3_ENDPOINT", "s3.example.org"),
        ("SESPHR_S3_ENDPOINT", "ftp://s3.example.org"), ("SESPHR_S3_ENDPOINT", "https://"),
        ("SESPHR_S3_ENDPOINT", "https://a:b@s3.example.org"),
        ("SESPHR_S3_ENDPOINT", "https://s3.example.org/bucket"),
        ("SESPHR_S3_ENDPOINT", "https://s3.example.org:99999"),
        ("SESPHR_S3_BUCKET", "Bucket"), ("SESPHR_S3_BUCKET", "a/b"), ("SESPHR_S3_REGION", "eu west"),
        ("SESPHR_S3_KEY", "a key"), ("SESPHR_S3_PREFIX", "/a"), ("SESPHR_S3_PREFIX", "a//b"),
        ("SESPHR_S3_SECRET_FILE", "/nowhere/at/all"), ("SESPHR_S3_NAME", "unknown"),
    ],
)  # fmt: skip
def test_a_missing_or_odd_variable_of_the_bucket_stops_the_start(
    tmp_path: Path, name: str, value: str | None
) -> None:
    done = blobs(tmp_path, **{name: value})
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert name in last
    assert S3["SESPHR_S3_SECRET"] not in done.stderr


def test_variables_of_a_bucket_that_is_not_used_are_unknown(tmp_path: Path) -> None:
    done = blobs(tmp_path, SESPHR_BLOBS=None)
    assert "Unknown variables: SESPHR_S3_BUCKET" in done.stderr


def test_without_the_package_the_start_names_what_to_install(tmp_path: Path) -> None:
    hidden = (
        "import sys, importlib.util as u; find = u.find_spec;"
        " u.find_spec = lambda name, *more: None if name == 'storages' else find(name, *more); "
    )
    done = start(tmp_path, hidden + SHOW_BLOBS, **S3)
    assert done.returncode == 1
    assert "requirements-s3.txt" in done.stderr


@pytest.mark.parametrize(
    ("endpoint", "warned"),
    [("http://s3.example.org", True), ("https://s3.example.org", False),
     ("http://127.0.0.1:9000", False)],
)  # fmt: skip
def test_a_store_without_tls_is_warned_of(settings: Any, endpoint: str, warned: bool) -> None:
    kept = {"BACKEND": "cloudstore.s3.S3Blobs", "OPTIONS": {"endpoint_url": endpoint}}
    settings.STORAGES = {**settings.STORAGES, "blobs": kept}
    found = {message.id for message in checks.production(None)}
    assert ("sesphr.W010" in found) == warned
