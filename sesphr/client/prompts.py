"""Where passwords and codes come from: the environment, else a prompt, else a line of stdin."""

import getpass
import os
import sys

from sesphr.client.errors import UsageError


def password() -> str:
    """The present password, or the new one when an account is made or recovered."""
    return secret("SESPHR_PASSWORD", "Password: ")


def new_password() -> str:
    """The password to change to."""
    return secret("SESPHR_NEW_PASSWORD", "New password: ")


def one_time_code() -> str:
    """The code of the second factor."""
    return secret("SESPHR_OTP", "One-time code: ")


def recovery_code(given: str | None) -> str:
    """The recovery code as printed."""
    return given or secret("SESPHR_RECOVERY_CODE", "Recovery code: ")


def secret(variable: str, prompt: str) -> str:
    """A secret that is not empty.

    Raises:
        UsageError: there is none.
    """
    found = os.environ.get(variable) or _ask(prompt)
    if not found:
        raise UsageError(f"Nothing was entered. Set {variable}, or enter it when asked.")
    try:
        found.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{variable} holds characters that are not UTF-8.") from None
    return found


def _ask(prompt: str) -> str:
    if sys.stdin is None:
        return ""
    if sys.stdin.isatty():
        return getpass.getpass(prompt, stream=sys.stderr)
    return sys.stdin.readline().rstrip("\r\n")
