"""The audit log's formats: salted commitments, checkpoints and signed notes.

Entries follow protocol section 10; checkpoints are C2SP tlog-checkpoint bodies in
C2SP signed notes. Events and salts themselves never enter the tree.
"""

import base64
import hashlib
import re

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesphr.crypto import ed25519
from sesphr.crypto.encoding import (
    MAX_INT,
    b64_decode,
    canonical_json,
    check_int,
    check_octets,
    lp,
    utf8,
)
from sesphr.crypto.errors import DecodingError, SignatureError, StatementError
from sesphr.crypto.merkle import leaf_hash

MAX_NOTE = 1_000_000
MAX_SIGNATURES = 100
_ED25519 = b"\x01"
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


def entry(salt: bytes, event: object) -> bytes:
    """SHA-256(lp(salt) lp(RFC 8785 JSON of the event)), 32 octets.

    Raises:
        DecodingError: an event that has no canonical JSON.
    """
    return entry_of(salt, canonical_json(event))


def entry_of(salt: bytes, event: bytes) -> bytes:
    """The same for an event that is RFC 8785 JSON already."""
    return hashlib.sha256(lp(check_octets(salt), event)).digest()


def leaf(salt: bytes, event: object) -> bytes:
    """The Merkle leaf hash of an event's entry."""
    return leaf_hash(entry(salt, event))


def _check_name(name: str) -> str:
    utf8(name)
    if not _NAME.fullmatch(name):
        raise DecodingError("a key name is text without white space and plus signs")
    return name


def format_checkpoint(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint: three lines, origin, size and root."""
    encoded = base64.b64encode(check_octets(root, 32)).decode("ascii")
    return f"{_check_name(origin)}\n{check_int(size)}\n{encoded}\n"


def _key_hash(name: str, verification: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + verification).digest()[:4]


def sign_note(name: str, key: bytes | Ed25519PrivateKey, text: str) -> str:
    """A signed note: the text, an empty line, one Ed25519 signature line.

    Args:
        name: the key's name, for a log its origin.
        key: an Ed25519 key or its seed of 32 octets.
        text: lines that each end in a newline.

    Raises:
        DecodingError: a name or text that a note cannot hold.
    """
    _check_name(name)
    octets = utf8(text)
    if not text.endswith("\n") or "\n\n" in text or text.startswith("\n"):
        raise DecodingError("a note's text is lines, none empty")
    if not isinstance(key, Ed25519PrivateKey):
        key = Ed25519PrivateKey.from_private_bytes(check_octets(key, 32))
    blob = _key_hash(name, key.public_key().public_bytes_raw()) + ed25519.sign(key, octets)
    return f"{text}\n\u2014 {name} {base64.b64encode(blob).decode('ascii')}\n"


def _parts(note: object) -> tuple[str, list[str]]:
    if len(utf8(note)) > MAX_NOTE or not isinstance(note, str):
        raise StatementError("not a signed note")
    text, gap, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not gap or lines[-1] or not 1 <= len(lines) - 1 <= MAX_SIGNATURES:
        raise StatementError("not a signed note")
    return text + "\n", lines[:-1]


def _signature(line: str, name: str, verification: bytes) -> bytes | None:
    """The signature that this key made by the line's own account, or None."""
    fields = line.split(" ")
    if len(fields) != 3 or fields[0] != "\u2014":
        raise StatementError("not a signature line")
    blob = b64_decode(fields[2])
    if fields[1] != name or blob[:4] != _key_hash(name, verification):
        return None
    return blob[4:]


def verify_note(name: str, public: bytes, note: str) -> tuple[int, bytes]:
    """(size, root) of a checkpoint of the log `name`, signed with its key.

    Signatures of other keys, witnesses for example, are passed over.

    Raises:
        SignatureError: no signature of this key, or one that does not hold.
        StatementError: not a signed note, or not a checkpoint of this log.
        DecodingError: an encoding that is not canonical.
    """
    text, lines = _parts(note)
    found = [_signature(line, name, ed25519.check_key(public)) for line in lines]
    own = [signature for signature in found if signature is not None]
    if not own:
        raise SignatureError("no signature of this key")
    for signature in own:
        ed25519.verify(public, signature, text.encode())
    return _checkpoint(name, text)


def _checkpoint(origin: str, text: str) -> tuple[int, bytes]:
    lines = text.split("\n")
    if len(lines) != 4 or lines[0] != origin or not _SIZE.fullmatch(lines[1]):
        raise StatementError("not a checkpoint of this log")
    return check_int(int(lines[1]), 0, MAX_INT), check_octets(b64_decode(lines[2]), 32)
