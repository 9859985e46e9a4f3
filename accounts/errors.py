"""The ways in which an account refuses, as the problems that the API answers."""

from sesphr.web.problems import Problem


class WrongSecret(Problem):
    """The login secret is wrong, or nobody has this login: both read alike."""

    def __init__(self) -> None:
        super().__init__(401, "wrong-secret", "The login name or the secret is wrong.")


class OtpNeeded(Problem):
    """The secret is right; the one-time code is missing or wrong."""

    def __init__(self, detail: str) -> None:
        super().__init__(401, "otp-needed", detail)


class WrongCode(OtpNeeded):
    """The one-time code is wrong, or was used before."""

    def __init__(self) -> None:
        super().__init__("The one-time code is not right. Wait for the next one.")


class NotAdmitted(Problem):
    """The secret is right, but this membership is suspended."""

    def __init__(self) -> None:
        detail = "This membership is suspended. Ask the administrator."
        super().__init__(403, "not-authorised", detail)


class SecondFactorNeeded(Problem):
    """The session did not begin with a second factor, and this is for such sessions alone."""

    def __init__(self) -> None:
        detail = "Set a second factor under Security, and sign in with it, to act for somebody."
        super().__init__(403, "second-factor-needed", detail)


class RateLimited(Problem):
    """Too often; it may be tried again after so many seconds."""

    def __init__(self, seconds: int) -> None:
        detail = f"Too many attempts. Try again in {seconds} seconds."
        super().__init__(429, "rate-limited", detail, {"Retry-After": str(seconds)})
