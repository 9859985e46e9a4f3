"""The few ways in which a call across a port can fail.

They say nothing of HTTP or of a database; the edges (views, adapters) map
them. A message is meant for a person and never holds a secret.
"""


class PortError(Exception):
    """Base of all failures of a port; `code` is stable and for programs."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class Invalid(PortError):
    """What was sent can never be accepted: malformed, a bad signature or proof."""

    code = "invalid"


class Refused(PortError):
    """Well-formed, but this member may not do it (now)."""

    code = "refused"


class NotFound(PortError):
    """Nothing there, or nothing that the asker may know of."""

    code = "not-found"


class Conflict(PortError):
    """Something else took the place first: read again, then decide."""

    code = "conflict"


class OutOfStep(Conflict):
    """An upload stands elsewhere than was said: `received` octets of it are there."""

    code = "out-of-step"

    def __init__(self, message: str, received: int) -> None:
        super().__init__(message)
        self.received = received


class OutOfRange(Invalid):
    """A part was asked for that something of `size` octets does not have."""

    code = "range"

    def __init__(self, message: str, size: int) -> None:
        super().__init__(message)
        self.size = size


class IntegrityFailure(PortError):
    """What is stored is not what was signed."""

    code = "integrity"


class Unavailable(PortError):
    """Out of reach for the moment; the same call may be made again."""

    code = "unavailable"
