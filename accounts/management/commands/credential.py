"""`manage.py credential`: issue, revoke and list role credentials (docs/credentials.md)."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import selectors
from accounts.issuing import checked_request
from accounts.models import Member, State
from sesphr import clock
from sesphr.authorityfolder import DAY, Folder, Issued
from sesphr.crypto.authority import issue, new_serial
from sesphr.management.authorities import opened, tell_nodes, told
from sesphr.times import day

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DAYS = 730


class Command(BaseCommand):
    """What an authority does for its members."""

    help = "Role credentials: issue, revoke, list."

    def add_arguments(self, parser: CommandParser) -> None:
        """One act each."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        one = acts.add_parser("issue", help="certify a member who asked with a signed request")
        one.add_argument("folder", metavar="FOLDER", help="the authority's")
        one.add_argument("member", metavar="EMAIL-OR-ID")
        one.add_argument("--request", required=True, metavar="FILE", help="the member's request")
        one.add_argument("--role", required=True)
        one.add_argument("--organisation", required=True)
        one.add_argument("--days", type=int, default=365)
        one.add_argument("--output", required=True, metavar="FILE", help="what the member uploads")
        one.add_argument("--passphrase-file", metavar="FILE")
        one = acts.add_parser("revoke", help="revoke one; every node takes the next list")
        one.add_argument("folder", metavar="FOLDER")
        one.add_argument("serial", metavar="SERIAL")
        one.add_argument("--passphrase-file", metavar="FILE")
        one = acts.add_parser("list", help="all that were issued")
        one.add_argument("folder", metavar="FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and print what was done."""
        folder = Folder(Path(options["folder"]))
        with told(), folder.locked():
            getattr(self, f"_{options['act']}")(folder, options)

    def _issue(self, folder: Folder, options: dict[str, Any]) -> None:
        now, member = clock.now(), _member(options["member"])
        until = _until(folder, options, now)
        identity = checked_request(
            Path(options["request"]).read_text(encoding="utf-8").strip(),
            member=str(member.id), role=options["role"], organisation=options["organisation"],
            now=now,
        )  # fmt: skip
        if identity.not_after < until:
            raise CommandError(
                f"The member's identity certificate ends {day(identity.not_after)}; "
                "give fewer --days, or let the member make a new request."
            )
        serial = new_serial()
        octets = issue(
            opened(folder, options), identity, role=options["role"],
            organisation=options["organisation"], serial=serial, now=now, until=until,
        )  # fmt: skip
        made = Issued(
            f"{serial:x}", str(member.id), member.login, options["role"], options["organisation"],
            now, until,
        )  # fmt: skip
        folder.note(made)
        Path(options["output"]).write_bytes(octets)
        self._show(made)

    def _revoke(self, folder: Folder, options: dict[str, Any]) -> None:
        authority = opened(folder, options)
        gone = folder.revoke(options["serial"], clock.now())
        crl = folder.next_list(authority, clock.now())
        self._show(gone)
        self.stdout.write(tell_nodes(crl))

    def _list(self, folder: Folder, options: dict[str, Any]) -> None:
        found = folder.issued()
        for one in found:
            self._show(one)
        if not found:
            self.stdout.write(f"{folder.issuer.name} has issued nothing yet.")

    def _show(self, one: Issued) -> None:
        state = f"until {day(one.until)}"
        if one.revoked is not None:
            state = f"revoked {day(one.revoked)}"
        elif one.until <= clock.now():
            state = f"expired {day(one.until)}"
        self.stdout.write(f"{one.serial}  {one.login}: {one.role}, {one.organisation}; {state}")


def _member(text: str) -> Member:
    """A registered member by login or id.

    Raises:
        CommandError: nobody, or one whose membership ended.
    """
    found = (
        Member.objects.filter(pk=text).first()
        if UUID.fullmatch(text)
        else selectors.by_login(text.lower())
    )
    if found is None or found.registration is None:
        raise CommandError(f"Nobody is registered as {text}.")
    if found.state in (State.SUSPENDED, State.DEPARTED):
        raise CommandError(f"The membership of {found.login} is {found.state}.")
    return found


def _until(folder: Folder, options: dict[str, Any], now: int) -> int:
    issuer, days = folder.issuer, options["days"]
    if options["role"] not in issuer.roles:
        raise CommandError(f"{issuer.name} certifies {', '.join(sorted(issuer.roles))} only.")
    if not 1 <= days <= DAYS:
        raise CommandError(f"Give --days from 1 to {DAYS}.")
    until: int = now + days * DAY
    if until > issuer.certificate.not_after:
        raise CommandError(
            f"The authority itself ends {day(issuer.certificate.not_after)}; give fewer --days."
        )
    return until
