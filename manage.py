#!/usr/bin/env python3
"""Django's command line for SeSPHR; the settings default to the local ones."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sesphr.settings.local")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # One sentence that says which variable; where it was raised helps nobody.
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
