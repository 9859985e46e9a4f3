"""The shell of an encrypted document (W3C XML Encryption 1.1), read and written strictly.

Holds no code that decrypts: whoever imports only this can check and cut documents,
never open them. Algorithms are constants and never dispatched on. Every refusal is
the same OpenError.
"""

import base64
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from sesphr.crypto.encoding import b64_decode, b64u_decode, check_octets, check_partition
from sesphr.crypto.errors import CryptoError, OpenError

MAX_OCTETS = 32 * 1024 * 1024
MAX_DEPTH = 64
PHR = "urn:sesphr:phr:1"
XENC = "http://www.w3.org/2001/04/xmlenc#"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
ELEMENT_TYPE = XENC + "Element"
AES256_GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
KW_AES256 = XENC + "kw-aes256"
_DECLARATION = b"<?xml"
# The longest chain of elements in a shell, and what one EncryptedData holds.
_SHELL_DEPTH = 7
_ELEMENTS_EACH = 9


@dataclass(frozen=True)
class EncryptedPart:
    """One partition: iv || ciphertext || tag, and the wrapped key (40 octets) if there is one."""

    cipher_octets: bytes
    wrapped: bytes | None = None


@dataclass
class _Node:
    name: str
    attributes: dict[str, str]
    children: list["_Node"] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def _refuse(*_: object) -> None:
    raise OpenError


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    return parser


class _Shell:
    """Collects the shell's elements, no more than it can rightly have."""

    def __init__(self, partitions: int) -> None:
        self._budget = 1 + _ELEMENTS_EACH * partitions
        self.root = _Node("", {})
        self._open = [self.root]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._budget -= 1
        if self._budget < 0 or len(self._open) > _SHELL_DEPTH:
            raise OpenError
        node = _Node(name, attributes)
        self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, _: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].text.append(text)


def _declaration(version: str, encoding: str | None, standalone: int) -> None:
    if version != "1.0" or (encoding or "UTF-8").upper() != "UTF-8" or standalone != -1:
        raise OpenError


def _check_bytes(octets: bytes) -> None:
    # The shell has no comment, CDATA section, DOCTYPE, reference or instruction, and
    # nothing before or after the root: told by octets, whatever a parser thinks.
    if not isinstance(octets, bytes) or not 0 < len(octets) <= MAX_OCTETS:
        raise OpenError
    if b"<!" in octets or b"&" in octets or not octets.endswith(b">"):
        raise OpenError
    start = 0
    if octets.startswith(_DECLARATION):
        start = octets.find(b"?>") + 2
    if octets[start : start + 1] != b"<" or octets.find(b"<?", 1) != -1:
        raise OpenError


def _parse_shell(octets: bytes, partitions: int) -> _Node:
    shell, parser = _Shell(partitions), _parser()
    parser.StartElementHandler = shell.start
    parser.EndElementHandler = shell.end
    parser.CharacterDataHandler = shell.characters
    parser.XmlDeclHandler = _declaration
    parser.Parse(octets, True)
    return shell.root.children[0]


def _children(node: _Node, *names: str, **attributes: str) -> list[_Node]:
    """The children, when name by name they are these, with exactly these attributes and no text."""
    if (
        node.attributes != attributes
        or node.text
        or [one.name for one in node.children] != list(names)
    ):
        raise OpenError
    return node.children


def _method(node: _Node, algorithm: str) -> None:
    _children(node, Algorithm=algorithm)


def _value(cipher_data: _Node) -> bytes:
    (value,) = _children(cipher_data, f"{XENC} CipherValue")
    if value.attributes or value.children:
        raise OpenError
    return b64_decode("".join(value.text))


def _wrapped(key_info: _Node) -> bytes:
    (encrypted,) = _children(key_info, f"{XENC} EncryptedKey")
    method, data = _children(encrypted, f"{XENC} EncryptionMethod", f"{XENC} CipherData")
    _method(method, KW_AES256)
    return check_octets(_value(data), 40)


def _part(node: _Node) -> tuple[str, EncryptedPart]:
    identifier = node.attributes.get("Id", "")
    if node.name != f"{XENC} EncryptedData" or not identifier.startswith("p-"):
        raise OpenError
    names = [f"{XENC} EncryptionMethod", f"{DSIG} KeyInfo", f"{XENC} CipherData"]
    if len(node.children) == 2:
        del names[1]
    method, *key_info, data = _children(node, *names, Id=identifier, Type=ELEMENT_TYPE)
    _method(method, AES256_GCM)
    wrapped = _wrapped(key_info[0]) if key_info else None
    octets = _value(data)
    if len(octets) < 28:
        raise OpenError
    return check_partition(identifier[2:]), EncryptedPart(octets, wrapped)


def _entries(expected: Collection[str]) -> dict[str, Any]:
    """Partition ids with their manifest entries, or None where only ids are known."""
    if isinstance(expected, Mapping):
        if isinstance(expected.get("suite"), str):
            return dict(expected["partitions"])
        return dict(expected)
    return dict.fromkeys(expected)


def check_part(octets: bytes, entry: Mapping[str, Any]) -> None:
    """Compare cipher octets with the manifest's `digest` and `size`.

    Raises:
        OpenError: they differ.
    """
    if len(octets) != entry["size"] or hashlib.sha256(octets).digest() != b64u_decode(
        entry["digest"]
    ):
        raise OpenError


def parse_document(octets: bytes, expected: Collection[str]) -> dict[str, EncryptedPart]:
    """The encrypted parts of a document, the shell checked whole.

    Args:
        octets: at most 32 MiB of UTF-8.
        expected: the partition ids; or a mapping from them to manifest entries, or a
            manifest's payload: then digest and size of every part are checked too.

    Raises:
        OpenError: anything else than exactly these partitions, rightly written.
    """
    entries = _entries(expected)
    try:
        _check_bytes(octets)
        root = _parse_shell(octets, len(entries))
        if root.name != f"{PHR} record" or root.attributes or root.text:
            raise OpenError
        found = [_part(node) for node in root.children]
    except (expat.ExpatError, CryptoError, ValueError):
        raise OpenError from None
    parts = dict(found)
    if len(parts) != len(found) or parts.keys() != entries.keys():
        raise OpenError
    for name, entry in entries.items():
        if isinstance(entry, Mapping):
            check_part(parts[name].cipher_octets, entry)
    return parts


def _written(name: str, part: EncryptedPart) -> str:
    key_info = ""
    if part.wrapped is not None:
        key_info = (
            f'<ds:KeyInfo xmlns:ds="{DSIG}"><xenc:EncryptedKey>'
            f'<xenc:EncryptionMethod Algorithm="{KW_AES256}"/>{_data(part.wrapped)}'
            "</xenc:EncryptedKey></ds:KeyInfo>"
        )
    return (
        f'<xenc:EncryptedData xmlns:xenc="{XENC}" Id="p-{check_partition(name)}" Type="{ELEMENT_TYPE}">'
        f'<xenc:EncryptionMethod Algorithm="{AES256_GCM}"/>{key_info}{_data(part.cipher_octets)}'
        "</xenc:EncryptedData>"
    )


def _data(octets: bytes) -> str:
    encoded = base64.b64encode(octets).decode("ascii")
    return f"<xenc:CipherData><xenc:CipherValue>{encoded}</xenc:CipherValue></xenc:CipherData>"


def build_document(
    parts: Mapping[str, EncryptedPart] | Iterable[tuple[str, EncryptedPart]],
) -> bytes:
    """The document's octets, its partitions in the order given.

    Raises:
        OpenError: the document would be larger than a reader takes.
    """
    items = parts.items() if isinstance(parts, Mapping) else parts
    body = "".join(_written(name, part) for name, part in items)
    octets = f'<record xmlns="{PHR}">{body}</record>'.encode("ascii")
    if len(octets) > MAX_OCTETS:
        raise OpenError
    return octets


class _Element:
    """Follows one plaintext element."""

    def __init__(self) -> None:
        self.depth = 0

    def start(self, _: str, __: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise OpenError

    def end(self, _: str) -> None:
        self.depth -= 1

    def comment(self, _: str) -> None:
        if self.depth == 0:
            raise OpenError


def check_element(octets: bytes) -> bytes:
    """The octets themselves, when they are one element that a partition may hold.

    One well-formed UTF-8 element that declares its own namespaces, at most 64 deep,
    at most 32 MiB, without DOCTYPE, processing instruction or XML declaration, and
    with nothing before or after it.

    Raises:
        OpenError: otherwise.
    """
    if not isinstance(octets, bytes) or len(octets) > MAX_OCTETS:
        raise OpenError
    if not (octets.startswith(b"<") and octets.endswith(b">")):
        raise OpenError
    element, parser = _Element(), _parser()
    parser.StartElementHandler = element.start
    parser.EndElementHandler = element.end
    parser.CommentHandler = element.comment
    parser.XmlDeclHandler = _refuse
    try:
        octets.decode("utf-8")
        parser.Parse(octets, True)
    except (expat.ExpatError, ValueError):
        raise OpenError from None
    return octets
