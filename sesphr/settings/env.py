"""Reads the environment strictly: a missing or odd variable stops the start.

Every variable of the project begins with SESPHR_; one that nobody reads is an
error too, because it is nearly always a misspelt one.
"""

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

PREFIX = "SESPHR_"
# Read by the command-line client and by tools, never by a server.
CLIENT_VARIABLES = {
    "SESPHR_PASSWORD",
    "SESPHR_NEW_PASSWORD",
    "SESPHR_OTP",
    "SESPHR_RECOVERY_CODE",
    "SESPHR_SERVER",
    "SESPHR_HOME",
    "SESPHR_LOGIN",
}
_read: set[str] = set()


def text(name: str, default: str | None = None) -> str:
    """A variable's text; without a default it must be there and not empty."""
    _read.add(name)
    value = os.environ.get(name, default)
    if value is None or value == "":
        raise ImproperlyConfigured(f"Set {name}: this server cannot start without it.")
    return value


def optional(name: str) -> str:
    """A variable's text, or the empty string."""
    _read.add(name)
    return os.environ.get(name, "")


def choice(name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    """A variable that must be one of a few words."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
    return value


def integer(name: str, default: int, low: int, high: int) -> int:
    """A whole number within bounds."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdecimal() and low <= int(value) <= high):
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it must be a number from {low} to {high}."
        )
    return int(value)


def index(name: str, last: int) -> int:
    """A number from 1 to `last` that has no default."""
    text(name)
    return integer(name, 0, 1, last)


def matching(name: str, pattern: str, what: str, default: str | None = None) -> str:
    """A variable's text, which must be `what` the whole of the pattern says."""
    value = text(name, default)
    if not re.fullmatch(pattern, value, re.ASCII):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be {what}.")
    return value


def words(name: str, default: str | None = None) -> list[str]:
    """A comma-separated list, at least one word."""
    found = [word.strip() for word in text(name, default).split(",") if word.strip()]
    if not found:
        raise ImproperlyConfigured(f"{name} is empty; give at least one value.")
    return found


def folder(name: str, default: str | None = None) -> Path:
    """A folder's absolute path; it is made, readable by its owner alone, when missing."""
    path = Path(text(name, default)).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}: cannot use the folder {path}: {error.strerror}."
        ) from error
    return path


def secret(name: str) -> str:
    """A secret: the text of the file that NAME_FILE names, or else the variable NAME."""
    path = optional(f"{name}_FILE")
    if not path:
        return text(name)
    _read.add(name)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error.strerror}.") from error


def refuse_unknown() -> None:
    """Stop when the environment has a SESPHR_ variable that no setting reads."""
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX) and name not in _read | CLIENT_VARIABLES
    )
    if unknown:
        raise ImproperlyConfigured(
            f"Unknown variables: {', '.join(unknown)}. Correct or remove them."
        )
