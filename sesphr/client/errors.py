"""The ways in which a command fails, each with its exit code; docs/client.md lists them.

A sentence is meant for the person at the keyboard and never holds a secret.
"""

from typing import Any

from sesphr.crypto.errors import CryptoError


class ClientError(Exception):
    """Base of all failures; `code` is stable and for programs, `answer` what was done anyway."""

    exit_code = 5
    code = "error"

    def __init__(
        self, sentence: str, *, code: str | None = None, answer: dict[str, Any] | None = None
    ) -> None:
        super().__init__(sentence)
        self.code = code or self.code
        self.answer = answer or {}

    def advised(self, advice: str) -> "ClientError":
        """The same failure, with what to do now."""
        self.args = (f"{self} {advice}",)
        return self


class UsageError(ClientError):
    """The command cannot be carried out as it was given."""

    exit_code, code = 2, "usage"


class ConflictError(UsageError):
    """Something else took the place first."""

    code = "conflict"


class RefusedError(ClientError):
    """Access, authorisation or a password was refused."""

    exit_code, code = 3, "refused"


class IntegrityError(ClientError):
    """Something is not what was signed, pinned or logged. Never to be ignored."""

    exit_code, code = 4, "integrity"


class ServerError(ClientError):
    """The server is out of reach, failed, or answered what cannot be read."""

    exit_code, code = 5, "unavailable"


class NotNowError(ServerError):
    """Too few of those key nodes answer that could open something; nobody refused it."""

    def __init__(self) -> None:
        super().__init__(
            "This cannot be opened right now: too few of the key nodes that can open it answer."
            " Nothing is lost; try again in a moment. If it stays so, ask its owner to share it again."
        )


class FileNotAccepted(ClientError):
    """The file is none that a record can be made of."""

    exit_code, code = 6, "file-not-accepted"


def told(error: BaseException) -> ClientError:
    """What went wrong as a sentence, a code and an exit code."""
    if isinstance(error, ClientError):
        return error
    if isinstance(error, CryptoError):
        return IntegrityError(f"What the server gave is not valid ({error}).")
    if isinstance(error, OSError):
        what = f"{error.filename}: " if error.filename else ""
        return UsageError(f"{what}{error.strerror or error}.", code="file")
    if isinstance(error, KeyboardInterrupt):
        return ClientError("Interrupted.", code="interrupted")
    sentence = f"Something unexpected went wrong in this client ({type(error).__name__})."
    return ClientError(sentence, code="internal")
