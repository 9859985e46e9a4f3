"""What the administration shows of accounts: members, and who did what to whose account."""

from accounts.staff import members  # isort: skip -- the navigation's order
from accounts.staff import events, organisations, panels, posts

__all__ = ["events", "members", "organisations", "panels", "posts"]
