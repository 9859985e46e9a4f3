"""What the administration shows of accounts: members, and who did what to whose account."""

from accounts.staff import events, members, panels

__all__ = ["events", "members", "panels"]
