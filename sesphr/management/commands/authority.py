"""`manage.py authority`: role authorities, and whose word this server takes (docs/credentials.md)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sesphr import clock
from sesphr.authorityfolder import DAY, LIST_DAYS, Folder
from sesphr.crypto.authorities import Issuer, pinned, read_authority, read_certificate_file
from sesphr.crypto.authority import create_authority, new_key
from sesphr.crypto.encoding import parse_ijson
from sesphr.crypto.errors import CredentialError
from sesphr.management.authorities import opened, passphrase, tell_nodes, told
from sesphr.pins import pin, pinned_authorities, unpin


class Command(BaseCommand):
    """Makes and lists authorities, pins them here, publishes their revocation lists."""

    help = "Role authorities: create, list, pin, unpin, publish."

    def add_arguments(self, parser: CommandParser) -> None:
        """One act each."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        one = acts.add_parser("create", help="make an authority in a folder")
        one.add_argument("folder", metavar="FOLDER")
        one.add_argument("--name", required=True, help="what people will read: Medical Council")
        one.add_argument("--role", required=True, action="append", metavar="ROLE")
        one.add_argument("--key", choices=("p256", "ed25519"), default="p256")
        one.add_argument("--days", type=int, default=3650)
        one.add_argument("--passphrase-file", metavar="FILE", help="its first line seals the key")
        one = acts.add_parser("list", help="whose word this server takes, for which roles")
        one = acts.add_parser("pin", help="take an authority's word from now on")
        one.add_argument("file", metavar="FILE", help="authority.json, or a certificate (PEM)")
        one.add_argument("--role", action="append", default=[], metavar="ROLE")
        one.add_argument("--word", action="append", default=[], metavar="OID-OR-ITEM=ROLE")
        # Every 64th id begins with a hyphen, as options do: this act has none, so takes all words.
        one = acts.add_parser(
            "unpin", prefix_chars="+", add_help=False, help="take its word no more"
        )
        one.add_argument("issuer", metavar="ID", help="as `authority list` shows it")
        one = acts.add_parser("publish", help="make the next revocation list; all nodes take it")
        one.add_argument("folder", nargs="?", metavar="FOLDER")
        one.add_argument("--list", metavar="FILE", help="hand on another authority's list instead")
        one.add_argument("--days", type=int, default=LIST_DAYS, help="how long it counts (30)")
        one.add_argument("--passphrase-file", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and print what was done."""
        with told():
            getattr(self, f"_{options['act']}")(options)

    def _create(self, options: dict[str, Any]) -> None:
        folder, now = Folder(Path(options["folder"])), clock.now()
        key = new_key(options["key"])
        made = create_authority(options["name"], key, now, now + options["days"] * DAY)
        block = ("CERTIFICATE", made.certificate.der)
        issuer = pinned(block, _roles(options["role"]), {})
        folder.create(issuer, key, passphrase(options))
        with folder.locked():
            folder.next_list(made, now)
        self._show(issuer)
        self.stdout.write(
            f"Keep a backup of {folder.path}. Each node pins {folder.path / 'authority.json'}."
        )

    def _list(self, options: dict[str, Any]) -> None:
        found = pinned_authorities()
        for issuer in found:
            self._show(issuer)
        if not found:
            self.stdout.write("No authority is pinned here: nobody's role is certified.")

    def _show(self, issuer: Issuer) -> None:
        until = issuer.certificate.parsed.not_valid_after_utc.date()
        roles = ", ".join(sorted(issuer.roles))
        self.stdout.write(f"{issuer.id}  {issuer.name}: {roles}; until {until}")

    def _pin(self, options: dict[str, Any]) -> None:
        issuer = _read(Path(options["file"]).read_bytes(), options)
        pin(issuer)
        # A file beside it that is not right would stop the node: say so now.
        pinned_authorities()
        self._show(issuer)

    def _unpin(self, options: dict[str, Any]) -> None:
        if not unpin(options["issuer"]):
            raise CommandError("No authority with this id is pinned here; see `authority list`.")
        self.stdout.write(f"{options['issuer']} is pinned no more.")

    def _publish(self, options: dict[str, Any]) -> None:
        if (options["folder"] is None) == (options["list"] is None):
            raise CommandError("Name either the authority's folder or --list FILE.")
        if options["list"] is not None:
            crl = Path(options["list"]).read_bytes()
        else:
            folder = Folder(Path(options["folder"]))
            with folder.locked():
                crl = folder.next_list(opened(folder, options), clock.now(), options["days"])
        self.stdout.write(tell_nodes(crl))


def _roles(words: list[str]) -> list[str]:
    """Words as access rules write them."""
    for word in words:
        if not word.replace("-", "").isalnum() or word != word.lower() or len(word) > 32:
            raise CommandError(f"{word}: a role is a word of small letters, such as physician.")
    return words


def _read(octets: bytes, options: dict[str, Any]) -> Issuer:
    roles, words = _roles(options["role"]), _words(options["word"])
    if octets[:1] != b"{":
        if not roles:
            raise CommandError("Say with --role for which roles this certificate counts.")
        return pinned(read_certificate_file(octets), roles, words)
    given = read_authority(octets)
    if not roles and not words:
        return given
    certificate = parse_ijson(octets)["certificate"].encode()
    kept = roles or sorted(given.roles)
    if not set(kept) <= given.roles:
        raise CredentialError("The authority does not say that it certifies these roles.")
    return pinned(read_certificate_file(certificate), kept, {**dict(given.words), **words})


def _words(pairs: list[str]) -> dict[str, str]:
    found = dict(pair.rpartition("=")[::2] for pair in pairs)
    if "" in found or "" in found.values():
        raise CommandError("Write --word 1.2.276.0.76.4.30=physician.")
    return found
