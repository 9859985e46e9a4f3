"""Reads servers' cards from files, and says what is missing of a deployment."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from sesphr.peers import Card, read_card


def servers() -> list[str]:
    """The names of all servers of this deployment."""
    nodes = [f"srs-{index}" for index in range(1, settings.SESPHR_NODES + 1)]
    return ["portal", "cloud", "audit", *nodes]


def read(paths: Iterable[str]) -> dict[str, Card]:
    """Cards by server.

    Raises:
        CommandError: a file holds none, or another deployment's, or two are one server's.
    """
    found: dict[str, Card] = {}
    for path in paths:
        try:
            card = read_card(Path(path).read_bytes())
        except (OSError, ValueError) as error:
            raise CommandError(f"{path}: {error}") from error
        if card.deployment != settings.SESPHR_DEPLOYMENT:
            raise CommandError(f"{path}: this is a server of {card.deployment}.")
        if card.server in found:
            raise CommandError(f"{path}: a second card of {card.server}.")
        found[card.server] = card
    return found


def require(found: Iterable[str], wanted: Iterable[str]) -> None:
    """Fail unless exactly these servers are there."""
    missing, surplus = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
    if missing or surplus:
        parts = [f"missing: {', '.join(missing)}"] if missing else []
        parts += [f"not of this deployment: {', '.join(surplus)}"] if surplus else []
        raise CommandError(
            f"Cards do not fit SESPHR_NODES={settings.SESPHR_NODES}: {'; '.join(parts)}."
        )
