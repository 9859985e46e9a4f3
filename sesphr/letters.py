"""The demo's letters: nobody receives them, so they go to the console and into DATA/mail."""

import re
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend

from sesphr.demo import DOMAIN

ODD = re.compile(r"[^a-z0-9@._+-]")


def folder() -> Path:
    """Where the letters lie; their links are secrets, so the folder is its owner's alone."""
    found = Path(settings.SESPHR_DATA) / "mail"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


def newest(address: str) -> str | None:
    """The text of the newest letter to an address; None if there is none."""
    found = sorted(folder().glob(f"*-{_plain(address)}-*.txt"))
    return found[-1].read_text(encoding="utf-8") if found else None


class DemoBackend(EmailBackend):
    """Django's console backend, which also keeps each letter in a file of its own.

    What the sample people get while they are made would only bury what the demo prints.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep letters, and print those to people of one's own; how many."""
        for message in email_messages:
            keep(message)
        shown = [one for one in email_messages if not all(map(_is_sample, one.to))]
        super().send_messages(shown)
        return len(email_messages)


def keep(message: EmailMessage) -> Path:
    """Write a letter into a new file, named by its time and whom it is to."""
    text = f"To: {', '.join(message.to)}\nSubject: {message.subject}\n\n{message.body}"
    to = _plain(message.to[0] if message.to else "nobody")
    path = folder() / f"{time.time_ns()}-{to}-{secrets.token_hex(4)}.txt"
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, encoding="utf-8")
    return path


def _is_sample(address: str) -> bool:
    return address.endswith(f"@{DOMAIN}")


def _plain(address: str) -> str:
    return ODD.sub("_", address.lower())[:100]
