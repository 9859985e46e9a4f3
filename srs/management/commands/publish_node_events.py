"""`manage.py publish_node_events`: send the log what the SRS nodes of this process still owe it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sesphr.roles import own_nodes
from srs.node import LocalSrs


class Command(BaseCommand):
    """For a timer: events wait here whenever the log was out of reach."""

    help = "Append to the log every event that the nodes of this process still owe it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish for every member; fail while anything is still owed."""
        owed = 0
        for index in own_nodes():
            node = LocalSrs(index)
            node.publish_owed()
            owed += len(node.owing())
        if owed:
            raise CommandError(f"Events of {owed} members are still owed: is the log reachable?")
        self.stdout.write("Nothing is owed to the log.")
