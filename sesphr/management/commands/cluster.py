"""`manage.py cluster`: portal, cloud, log and SRS nodes apart on this machine, until Ctrl-C."""

import argparse
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sesphr.management.clustering.databases import Accounts, server
from sesphr.management.clustering.databases import prepare as prepare_database
from sesphr.management.clustering.layout import (
    Layout,
    known,
    planned,
    read_variables,
    write_variables,
)
from sesphr.management.clustering.preparing import make_keys, make_servers, manage
from sesphr.management.clustering.supervisor import Supervisor, wait_until_up
from sesphr.management.commands.demo import require_free
from sesphr.processes import end_with_parent, hold, parent_is


class Command(BaseCommand):
    """One supervisor; DATA/run/NAME.pid, .url and .log tell of each server."""

    help = "Serve a deployment whose servers run apart on this machine, with sample people."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the portal listens, how many nodes, and what to do with servers that are gone."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--nodes", type=int, default=3)
        parser.add_argument("--threshold", type=int, default=2)
        parser.add_argument("--seed", action=argparse.BooleanOptionalAction, default=True)
        parser.add_argument(
            "--restart", action="store_true", help="start servers again that are gone"
        )
        parser.add_argument(
            "--start", metavar="NAME", help="start a server again in the cluster that runs on DATA"
        )
        parser.add_argument(
            "--manage", nargs=argparse.REMAINDER, metavar="NAME COMMAND",
            help="run a manage.py command as this server of the cluster that runs on DATA",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop; leave nothing running."""
        if not settings.SESPHR_DEMO or settings.SESPHR_ROLE != "all":
            raise CommandError("A cluster is run with the demo's settings and SESPHR_ROLE=all.")
        lock = hold(settings.SESPHR_DATA / "cluster.lock")
        if options["start"] or options["manage"]:
            if lock is not None:
                lock.close()
                raise CommandError(f"No cluster runs on {settings.SESPHR_DATA}.")
            self._ask(options)
            return
        if lock is None:
            raise CommandError(f"A cluster runs on {settings.SESPHR_DATA} already; stop it first.")
        with lock:
            self._run(options)

    def _run(self, options: dict[str, Any]) -> None:
        if parent_is("make"):
            # Whoever kills make, and not this process, means the cluster.
            end_with_parent()
        signal.signal(signal.SIGTERM, _interrupt)
        # A shell starts what runs behind it deaf to Ctrl-C.
        signal.signal(signal.SIGINT, _interrupt)
        settings.SESPHR_DATA.chmod(0o700)
        require_free(options["host"], options["port"])
        layout = planned(
            settings.SESPHR_DATA, options["host"], options["port"], options["nodes"],
            options["threshold"],
        )  # fmt: skip
        try:
            self._prepare(layout)
            with server(settings.SESPHR_DATA) as mariadb:
                accounts = Accounts(mariadb, os.environ.get("SESPHR_DB_PREFIX") or "sesphr")
                # Of the account that may do everything: for backups, and for putting them back.
                write_variables(layout.run("mariadb", "env"), mariadb.environment())
                self._serve(layout, accounts, options)
        except KeyboardInterrupt:
            self.stdout.write("Stopping.")

    def _prepare(self, layout: Layout) -> None:
        self._say("Preparing keys, cards and databases.")
        # Both take seconds, and neither needs the other.
        with ThreadPoolExecutor(1) as aside:
            keys = aside.submit(make_keys, layout)
            prepare_database(settings.SESPHR_DATA)
            keys.result()

    def _serve(self, layout: Layout, accounts: Accounts, options: dict[str, Any]) -> None:
        make_servers(layout, accounts)
        supervisor = Supervisor(layout, accounts, self._say, restart=options["restart"])
        try:
            supervisor.start_all()
            self._seed(layout, accounts, seed=options["seed"])
            self._tell(layout)
            supervisor.watch()
        finally:
            supervisor.stop_all()

    def _seed(self, layout: Layout, accounts: Accounts, *, seed: bool) -> None:
        environment = layout.environment("portal", accounts.environment("portal"))
        if seed:
            self._pin_authority(layout, accounts, environment)
            self.stdout.write(manage(environment, "seed_demo", "--server", layout.url("portal")))
            self._say(f"Passwords: {layout.folder('portal')}/secrets/demo-people.json")
        self.stdout.write("Administration:")
        self.stdout.write(manage(environment, "demo_administrator"))

    def _pin_authority(
        self, layout: Layout, accounts: Accounts, environment: dict[str, str]
    ) -> None:
        """As the operator of each node does: whose word it takes is its own affair."""
        authority = manage(environment, "demo_authority").strip().splitlines()[-1]
        for name in layout.names:
            if name.startswith("srs-"):
                own = layout.environment(name, accounts.environment(name))
                manage(own, "authority", "pin", authority)

    def _tell(self, layout: Layout) -> None:
        for name in layout.names:
            self.stdout.write(f"  {name:<7} {layout.url(name)}")
        self.stdout.write(
            f"\nSeSPHR is at {layout.url('portal')}\n"
            f"Process ids, addresses and logs: {layout.data}/run\n"
            "Stop with Ctrl-C. What is killed stays away unless RESTART=1;"
            " `manage.py cluster --start NAME` starts it again."
        )
        self.stdout.flush()

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _ask(self, options: dict[str, Any]) -> None:
        """Talk to the cluster that runs on DATA."""
        name = options["start"] or options["manage"][0]
        found = known(settings.SESPHR_DATA)
        if name not in found.names:
            raise CommandError(f"There is no {name}; there are {', '.join(found.names)}.")
        if options["manage"]:
            sys.exit(run_as(found, name, options["manage"][1:]))
        if found.run(name, "pid").exists():
            raise CommandError(f"{name} runs already.")
        found.run(name, "start").touch()
        if not wait_until_up(found, name, lambda: True):
            raise CommandError(f"{name} does not answer: see {found.run(name, 'log')}.")
        self._say(f"{name} answers at {found.url(name)}.")


def run_as(layout: Layout, name: str, words: list[str]) -> int:
    """A manage.py command with the variables of a running server; its exit status."""
    environment = layout.environment(name, read_variables(layout.run(name, "env")))
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=False).returncode


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
