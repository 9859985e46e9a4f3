"""Where passwords and codes come from: the environment, else a prompt, else a line of stdin."""

import getpass
import os
import sys
import unicodedata

from sesphr.client.errors import UsageError

LOOKALIKES = str.maketrans("018", "OIB")
# Separators, control and format characters, dashes, quotes, accents on nothing.
PADDING = ("Zs", "Zl", "Zp", "Cc", "Cf", "Pd", "Pi", "Pf", "Mn")
MINUS_AND_QUOTES = "\u2212\"'`\u2032\u2033\u201a\u201e"


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
    """The recovery code, read as people copy it from paper.

    White space, dashes and quotes of any kind are no part of it, and 0, 1 and 8, which
    no code holds, are the letters that look like them.
    """
    return _as_copied(given or secret("SESPHR_RECOVERY_CODE", "Recovery code: "))


def hand_over_code(given: str | None) -> str:
    """The code that a guardian gives, read in the same way."""
    return _as_copied(given or secret("SESPHR_HAND_OVER_CODE", "Code: "))


def _as_copied(typed: str) -> str:
    kept = (one for one in unicodedata.normalize("NFKC", typed) if not _is_padding(one))
    return "".join(kept).translate(LOOKALIKES)


def _is_padding(one: str) -> bool:
    return one in MINUS_AND_QUOTES or unicodedata.category(one) in PADDING


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
