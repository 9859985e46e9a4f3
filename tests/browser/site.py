"""A running site for the browser: its address, the letters that it sent, and one-time codes."""

import base64
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django_otp.oath import TOTP

from tests.support import liveserver
from tests.system.place import System

LINK = re.compile(r"http://\S+/confirm\?token=\S+")
LETTER_SECONDS = 20
STAFF, STAFF_PASSWORD = "staff@example.org", "copper-lantern-48-orchid"


@dataclass
class Site:
    """A server process and what stands around it."""

    system: System

    @property
    def url(self) -> str:
        """The address of the start page."""
        return self.system.server.url

    def letters(self, login: str) -> list[str]:
        """Letters to somebody, oldest first, as their mail program shows them."""
        folder = self.system.server.data / "mail"
        paths = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime_ns)
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in paths]
        return [text for text in texts if f"To: {login}" in text]

    def confirmation(self, login: str) -> str:
        """The link of the newest letter that has one."""
        deadline = time.monotonic() + LETTER_SECONDS
        while time.monotonic() < deadline:
            links = [link for text in self.letters(login) for link in LINK.findall(unfolded(text))]
            if links:
                return links[-1]
            time.sleep(0.1)
        raise AssertionError(f"no letter with a link came to {login}")

    def employ(self) -> None:
        """Make a member of staff, as an operator does it on the server."""
        words = ("createsuperuser", "--noinput", "--login", STAFF, "--name", "Sam Staff")
        self.system.server.manage(*words, DJANGO_SUPERUSER_PASSWORD=STAFF_PASSWORD)


def unfolded(letter: str) -> str:
    """A letter without the soft line breaks of quoted-printable."""
    return letter.replace("=\n", "").replace("=3D", "=")


class Authenticator:
    """An authenticator app: it knows the secret that was typed into it."""

    def __init__(self, secret_base32: str) -> None:
        text = secret_base32.replace(" ", "").upper()
        self._key = base64.b32decode(text + "=" * (-len(text) % 8))
        self._last = -1

    def code(self) -> str:
        """A code that was not shown yet, because the server takes each once.

        After the present one it is the next, as with a clock that is a little fast; then it waits.
        """
        totp = TOTP(self._key)
        totp.time = time.time()
        while totp.t() < self._last:
            time.sleep(0.2)
            totp.time = time.time()
        # The code of the step after the last, or of the present.
        totp.time += max(0, self._last + 1 - totp.t()) * totp.step
        self._last = totp.t()
        return f"{totp.token():06d}"


@contextmanager
def running(
    folder: Path,
    static: Path,
    env: Mapping[str, str] | None = None,
    prepare: Callable[[Path], None] | None = None,
) -> Iterator[Site]:
    """A site of its own with these built pages, stopped at the end.

    `prepare` is given the data folder before the server starts.
    """
    (folder / "data").mkdir(mode=0o700)
    (folder / "data" / "static").symlink_to(static, target_is_directory=True)
    if prepare is not None:
        prepare(folder / "data")
    server = liveserver.start(folder / "data", env=env)
    try:
        yield Site(System(server, folder))
    finally:
        server.stop()
