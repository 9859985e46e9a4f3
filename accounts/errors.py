"""The ways in which an account refuses; nothing here says how HTTP words it."""


class AccountRefused(Exception):
    """Base of the refusals; the message is meant for a person."""


class WrongSecret(AccountRefused):
    """The login secret is wrong, or nobody has this login: both read alike."""

    def __init__(self) -> None:
        super().__init__("The login name or the secret is wrong.")


class OtpNeeded(AccountRefused):
    """The secret is right; the one-time code is missing or wrong."""


class NotAdmitted(AccountRefused):
    """The secret is right, but this membership is suspended."""


class RateLimited(AccountRefused):
    """Too often; `seconds` until it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many attempts. Try again in {seconds} seconds.")
        self.seconds = seconds
