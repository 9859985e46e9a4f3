"""`manage.py sign_deployment CARD ...`: the operator signs who the nodes and the log are."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sesphr import clock, deployment
from sesphr.crypto.encoding import b64u_encode
from sesphr.management import cards


class Command(BaseCommand):
    """For the operator's own DATA, which holds the key that signs, and no server's."""

    help = "Sign the configuration of a deployment from the cards of its servers."
    requires_system_checks: list[str] = []  # noqa: RUF012 -- Django's type

    def add_arguments(self, parser: CommandParser) -> None:
        """The cards."""
        parser.add_argument(
            "cards", nargs="+", help="what `manage.py server_keys` printed, a file each"
        )
        parser.add_argument(
            "--again", action="store_true", help="replace a signed configuration; clients will ask"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Sign, and say how the key may be compared."""
        found = cards.read(options["cards"])
        wanted = [name for name in cards.servers() if name.startswith(("srs-", "audit"))]
        cards.require((name for name in found if name not in ("portal", "cloud")), wanted)
        if deployment.exists() and not options["again"]:
            raise CommandError(
                f"{deployment.path()} is signed already. With --again it is replaced, and every"
                " client stops until its user has asked you."
            )
        nodes = [_node(found[name].keys) for name in wanted if name != "audit"]
        log = found["audit"].keys.log
        if log is None:
            raise CommandError("The card of audit has no log key.")
        deployment.sign(nodes, log, clock.now())
        deployment.get_deployment.cache_clear()
        made = deployment.get_deployment()
        self.stdout.write(
            f"Deployment {made.id} ({made.t} of {made.n} nodes) signed: {deployment.path()}\n"
            f"The operator's key, for everybody to compare: {b64u_encode(made.operator_key)}"
        )


def _node(keys: Any) -> dict[str, str]:
    if not (keys.id and keys.verification and keys.hpke):
        raise CommandError("A node's card lacks its id or a key.")
    return {"id": keys.id, "verification": keys.verification, "hpke": keys.hpke}
