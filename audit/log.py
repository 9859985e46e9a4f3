"""The log's port on this server's own database. Decides nothing itself; delegates."""

import uuid

from django.conf import settings

from audit import selectors, services
from sesphr import callers
from sesphr.crypto import log as logformat
from sesphr.crypto import merkle
from sesphr.crypto.encoding import MAX_INT, check_uuid
from sesphr.crypto.errors import CryptoError
from sesphr.deployment import get_deployment
from sesphr.ports.audit import Entry, LogProof
from sesphr.ports.errors import IntegrityFailure, Invalid, NotFound
from sesphr.reachable import reachable
from sesphr.secretfiles import secret


class LocalLog:
    """Implements `sesphr.ports.audit.Log`."""

    def append(self, entry: Entry) -> LogProof:
        """Append, or find the identical entry, and prove it; see the port."""
        stream, number = _stream(entry.stream), _number(entry.number)
        octets = _octets(entry.entry)
        with reachable("log"):
            index = services.append(
                stream=stream, number=number, entry=octets, caller=callers.caller()
            )
            return _prove(index, octets)

    def prove(self, stream: str, number: int) -> LogProof:
        """Prove an appended entry against the present tree; NotFound if it is not there.

        Raises:
            IntegrityFailure: the entry is not the one that the tree was made of.
        """
        place = _stream(stream), _number(number)
        with reachable("log"):
            found = selectors.find(*place)
            if found is None:
                raise NotFound("The log has no such entry.")
            return _prove(found.index, found.entry)

    def stream_length(self, stream: str) -> int:
        """How many entries the stream has; 0 for a stream that it does not know."""
        known = _stream(stream)
        with reachable("log"):
            return selectors.stream_length(known)

    def checkpoint(self) -> str:
        """The signed note of the present tree."""
        with reachable("log"):
            size = selectors.size()
            return _note(size, selectors.root(size))

    def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """The RFC 9162 consistency path, 0 < first <= second <= size; Invalid otherwise."""
        with reachable("log"):
            if not 0 < first <= second <= selectors.size():
                raise Invalid("The sizes must be 0 < first <= second <= the tree's size.")
            return selectors.consistency(first, second)


def _prove(index: int, entry: bytes) -> LogProof:
    # Without a lock: a tree of any committed size stays true for ever.
    size = selectors.size()
    root, path, leaf = selectors.root_path_leaf(index, size)
    if merkle.leaf_hash(entry) != leaf:
        raise IntegrityFailure("An entry of the log is not what was appended; run verify_log.")
    return LogProof(index=index, size=size, path=path, checkpoint=_note(size, root))


def _note(size: int, root: bytes) -> str:
    """The C2SP tlog-checkpoint of a tree, signed under the log's name, which is its origin."""
    name = get_deployment().log_name
    text = logformat.format_checkpoint(name, size, root)
    return logformat.sign_note(name, secret(settings.SESPHR_DATA, "log-sign"), text)


def _stream(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(check_uuid(text))
    except CryptoError as error:
        raise Invalid("A stream is named by a UUID in lower case with hyphens.") from error


def _number(number: int) -> int:
    if type(number) is not int or not 1 <= number <= MAX_INT:
        raise Invalid("A stream's entries are numbered from 1.")
    return number


def _octets(entry: bytes) -> bytes:
    if not isinstance(entry, bytes) or len(entry) != 32:
        raise Invalid("An entry has exactly 32 octets.")
    return entry
