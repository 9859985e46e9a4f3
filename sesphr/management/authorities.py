"""What the commands of role authorities share: folders, passphrases, telling the nodes."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from sesphr.adapters import get_srs_nodes
from sesphr.authorityfolder import Folder, FolderError
from sesphr.crypto.authority import Authority
from sesphr.crypto.errors import CryptoError
from sesphr.ports.errors import Conflict, Invalid, PortError


@contextmanager
def told() -> Iterator[None]:
    """Every failure as one sentence and exit 1."""
    try:
        yield
    except (CryptoError, FolderError, PortError, OSError, ImproperlyConfigured) as error:
        raise CommandError(str(error)) from error


def passphrase(options: dict[str, Any]) -> bytes | None:
    """The passphrase's octets: the first line of the file that was named, if one was."""
    path = options["passphrase_file"]
    if path is None:
        return None
    line = Path(path).read_bytes().split(b"\n")[0].rstrip(b"\r")
    if not line:
        raise CommandError(f"{path} begins with an empty line: that is no passphrase.")
    return line


def opened(folder: Folder, options: dict[str, Any]) -> Authority:
    """The authority, its passphrase asked for when the key needs one and no file was named."""
    given = passphrase(options)
    if given is None and folder.sealed():
        if not sys.stdin.isatty():
            raise CommandError("This authority's key needs --passphrase-file.")
        given = getpass.getpass("Passphrase of the authority: ").encode()
    return folder.authority(given)


def tell_nodes(crl: bytes) -> str:
    """Hand a revocation list to every node; what became of it, in a sentence.

    Raises:
        CommandError: a node did not take it.
    """
    failures = []
    for node in get_srs_nodes():
        try:
            node.take_revocations(crl)
        except Conflict:
            # It has this list's successor already.
            continue
        except Invalid as error:
            failures.append(f"node {node.index}: {error} (has it pinned this authority?)")
        except PortError as error:
            failures.append(f"node {node.index}: {error}")
    if failures:
        raise CommandError(
            "The revocation list is made, and these nodes have not taken it: "
            + "; ".join(failures) + " Run `manage.py authority publish` when they are within reach."
        )  # fmt: skip
    return f"Every node ({len(get_srs_nodes())}) has the revocation list."
