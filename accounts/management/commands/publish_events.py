"""`manage.py publish_events`: send the log what the portal owes it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import events


class Command(BaseCommand):
    """Send every event that the log could not take when it happened."""

    help = "Send the log the portal's events that it does not have yet."

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish each owing stream; exit 1 when something stays owed."""
        owing = events.portal_log().owing()
        left = [member for member in owing if not events.publish(member)]
        if left:
            raise CommandError(
                f"Events of {len(left)} of {len(owing)} streams stay owed to the log."
            )
        self.stdout.write(f"Nothing is owed to the log; sent events of {len(owing)} streams.")
