"""`manage.py verify_log`: is the stored log exactly what its entries say?"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.verify import LogDamaged, verify


class Command(BaseCommand):
    """Exit 0 and one line when the log is whole, 1 and a sentence when it is not."""

    help = "Recompute the log from its entries and compare every hash and number."

    def add_arguments(self, parser: CommandParser) -> None:
        """An earlier checkpoint, kept elsewhere, shows a log that was rewritten as a whole."""
        parser.add_argument(
            "--checkpoint",
            type=Path,
            metavar="FILE",
            help="a signed checkpoint that the log must still agree with",
        )

    def handle(self, *args: Any, checkpoint: Path | None = None, **options: Any) -> None:
        """Verify, then say how much there is."""
        try:
            found = verify(checkpoint.read_text(encoding="utf-8") if checkpoint else None)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{checkpoint} cannot be read: {error}") from error
        except LogDamaged as damage:
            raise CommandError(str(damage)) from damage
        root = found.accumulator.root().hex()
        self.stdout.write(
            f"The log is whole: {found.size} entries, {len(found.streams)} streams, root {root}."
        )
