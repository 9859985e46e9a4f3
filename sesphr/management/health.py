"""Whether a server answers, asked as itself: a server is among its own peers."""

import urllib.error
import urllib.request
from pathlib import Path

import httpx

from sesphr import tls

SECONDS = 5


def answers(url: str, data: Path | None, host: str = "localhost") -> bool:
    """Whether the server at `url` says that it is there; `data`: its DATA, where peers call it.

    Where people call it, `host` is one of the names that it answers to.
    """
    try:
        return _plain(url, host) if data is None else _mutual(url, data)
    except (OSError, urllib.error.URLError, httpx.HTTPError):
        return False


def _plain(url: str, host: str) -> bool:
    # As the proxy in front of it asks; otherwise it would send us there.
    headers = {"Host": host, "X-Forwarded-Proto": "https"}
    request = urllib.request.Request(f"{url}/healthz", headers=headers)  # noqa: S310 -- our own address
    with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
        return True


def _mutual(url: str, data: Path) -> bool:
    own = tls.certificate_path(data).read_text(encoding="ascii")
    with httpx.Client(verify=tls.calling(data, own), trust_env=False, timeout=SECONDS) as client:
        return client.get(f"{url}/healthz").status_code == httpx.codes.OK
