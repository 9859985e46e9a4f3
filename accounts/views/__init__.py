"""The pages of accounts: parse, call, render."""

from accounts.views.account import care, profile, recover, register, security, sign_in
from accounts.views.choosing import language
from accounts.views.confirming import confirm

__all__ = ["care", "confirm", "language", "profile", "recover", "register", "security", "sign_in"]
