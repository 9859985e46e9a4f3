"""Writes: registration, membership, key slots. One transaction each, with its event.

No transaction is open while a port is called: the nodes are told first, and
every call may be repeated until both sides agree.
"""

from accounts.services.membership import (
    authorise,
    depart,
    end_sessions,
    forget_application,
    suspend,
)
from accounts.services.profile import choose_language
from accounts.services.registration import add_registration, confirm, register
from accounts.services.slots import replace_slot

__all__ = [
    "add_registration",
    "authorise",
    "choose_language",
    "confirm",
    "depart",
    "end_sessions",
    "forget_application",
    "register",
    "replace_slot",
    "suspend",
]
