"""The pages of accounts: parse, call, render."""

from accounts.views.account import care, profile, recover, register, security, sign_in, take_over
from accounts.views.choosing import language
from accounts.views.confirming import confirm
from accounts.views.organisations import directory, organisation

__all__ = [
    "care",
    "confirm",
    "directory",
    "language",
    "organisation",
    "profile",
    "recover",
    "register",
    "security",
    "sign_in",
    "take_over",
]
