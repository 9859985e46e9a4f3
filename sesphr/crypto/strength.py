"""Tells passwords that are easily guessed, at the endpoint, where the password is.

Never a rule of the server's: it sees no password.
"""

import re
from typing import Any

from zxcvbn import zxcvbn

from sesphr.crypto.encoding import utf8
from sesphr.crypto.errors import SlotError

# zxcvbn's "safely unguessable" against a slow hash that was stolen.
LEAST_GUESSES_LOG10 = 8.0
# The estimate's cost grows with the square of the length, and 72 characters tell enough.
ESTIMATED_LENGTH = 72
_OWN = "Your own name or address is guessed first. Add a word or two."


def check_password_strength(password: str, *hints: str) -> None:
    """Refuse a password that is guessed too cheaply; `hints` are words its owner is known by.

    Raises:
        SlotError: too weak, with advice.
    """
    utf8(password)
    if not password:
        raise SlotError("Enter a password.")
    text, words = password[:ESTIMATED_LENGTH], _words(hints)
    found = _estimate(text, words)
    # It counts thousands of guesses for every word, but one's own name costs a guesser none.
    # The library fails on an empty text.
    rest = _estimate(_without(text, words) or "a", words)
    if min(found["guesses_log10"], rest["guesses_log10"]) < LEAST_GUESSES_LOG10:
        feedback = found["feedback"]
        advice = " ".join([feedback["warning"], *feedback["suggestions"]]).strip()
        if found["guesses_log10"] >= LEAST_GUESSES_LOG10:
            advice = _OWN
        raise SlotError(f"This password is too easy to guess. {advice}".strip())


def _estimate(text: str, words: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = zxcvbn(text, user_inputs=words, max_length=ESTIMATED_LENGTH)
    return found


def _words(hints: tuple[str, ...]) -> list[str]:
    parts = [word for hint in hints for word in (hint, *re.split(r"[\W_]+", hint))]
    return [word for word in parts if len(word) > 2]


def _without(text: str, words: list[str]) -> str:
    """The text where none of the words is left, in any case of letters."""
    if not words:
        return text
    longest_first = sorted(words, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), "", text, flags=re.IGNORECASE)
