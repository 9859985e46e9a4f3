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


def start(data: Path, **changed: str | None) -> subprocess.CompletedProcess[str]:
    """Read the production settings in a process of their own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SESPHR_")}
    wanted = {**clean, **GOOD, "SESPHR_DATA": str(data), **changed}
    return subprocess.run(
        [sys.executable, "-c", SHOW],
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
