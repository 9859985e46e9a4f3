"""deposit and attachments."""

import hashlib
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sesphr.crypto import attachments, envelope, merkle, proofs, statements
from sesphr.crypto.document import EncryptedPart, parse_document
from sesphr.crypto.encoding import check_int, check_partition, dec, lp, utf8
from sesphr.crypto.errors import DecodingError
from sesphr.crypto.groups import decode_g1, decode_scalar
from sesphr.crypto.keys import MemberKeys
from tests.vectorcheck.inputs import Given, Operation, mapping, octets, octets_of, rows

_DRAFT = ("partition", "epoch", "plaintext", "r", "iv", "proof_random", "attachments")


def _draft(place: envelope.Place, owner: MemberKeys, one: Given) -> envelope.Draft:
    keys = owner.partition(one["partition"], one["epoch"])
    made = envelope.encapsulate_partition(
        place, one["partition"], one["epoch"], keys.public, decode_scalar(octets(one["r"]))
    )
    return envelope.Draft(
        made, utf8(one["plaintext"]), keys.wrap, rows(one["attachments"]), octets(one["iv"]),
        octets(one["proof_random"]),
    )  # fmt: skip


def _partition(sealed: envelope.SealedPartition) -> Any:
    made = sealed.encapsulation
    return {
        "A": made.A.encode().hex(), "R": made.R.encode().hex(),
        "K_sha256": hashlib.sha256(made.K.encode()).hexdigest(), "rh": made.context.rh.hex(),
        "k": made.k.hex(), "kc": made.kc.hex(), "octets": sealed.octets.hex(),
        "wrapped": None if sealed.wrapped is None else sealed.wrapped.hex(), "proof": sealed.proof.hex(),
    }  # fmt: skip


def _document(expect: Any, sealed: envelope.SealedRecord, owner_authored: bool) -> str:
    """The expected document when it and ours both hold the sealed parts, otherwise ours."""
    parts = {
        name: EncryptedPart(one.octets, one.wrapped if owner_authored else None)
        for name, one in sealed.partitions.items()
    }
    ours = sealed.document.decode()
    said = expect["document"] if isinstance(expect, dict) else ours
    right = all(parse_document(utf8(one), parts.keys()) == parts for one in (said, ours))
    return said if right else ours


def encrypt(given: Given, expect: Any) -> Any:
    place = envelope.Place(given["deployment"], given["owner"], given["record"], given["version"])
    owner = MemberKeys.from_seed(octets(given["owner_seed"]))
    author = MemberKeys.from_seed(octets(given["author_seed"]))
    drafts = [_draft(place, owner, one) for one in rows(given["partitions"], *_DRAFT)]
    sealed = envelope.encrypt_record(
        place, drafts, author=given["author"], author_keys=author, iat=given["iat"],
        previous=given["previous"],
    )  # fmt: skip
    return {
        "partitions": {name: _partition(one) for name, one in sealed.partitions.items()},
        "document": _document(expect, sealed, given["owner"] == given["author"]),
        "payload": sealed.payload.decode(), "manifest": sealed.manifest, "name": sealed.digest.hex(),
    }  # fmt: skip


def _key(value: Any) -> envelope.WrapKey | envelope.ContentKey:
    members = mapping(value)
    if members.keys() == {"w"}:
        return envelope.WrapKey(octets(members["w"]))
    if members.keys() == {"k"}:
        return envelope.ContentKey(octets(members["k"]))
    raise DecodingError("not a key")


def read(given: Given, _: Any) -> Any:
    keys = {name: _key(value) for name, value in mapping(given["keys"]).items()}
    found = envelope.read_document(utf8(given["document"]), given["manifest"], keys)
    return {"plaintext": {name: plain.decode() for name, plain in found.items()}}


def _octets_by_name(value: Any) -> dict[str, bytes]:
    return {name: octets(text) for name, text in mapping(value).items()}


def check(given: Given, _: Any) -> None:
    manifest = statements.verify(
        given["manifest"], typ="sesphr-manifest", deployment=given["deployment"],
        directory=_octets_by_name(given["directory"]),
    )  # fmt: skip
    keys = rows(given["A"], "partition", "epoch", "A")
    named = [(check_partition(one["partition"]), check_int(one["epoch"], 1)) for one in keys]
    if len(set(named)) != len(named):
        raise DecodingError("an epoch twice")
    points = (decode_g1(octets(one["A"])) for one in keys)
    registered = dict(zip(named, points, strict=True))
    proofs.check_deposit(
        manifest.payload, registered, _octets_by_name(given["R"]), _octets_by_name(given["proofs"])
    )


def plaintext(plain: Given) -> bytes:
    """SHA-256(lp(seed) lp(dec(0))) || ..., cut to its length."""
    seed, length = utf8(plain["seed"]), plain["length"]
    blocks = (hashlib.sha256(lp(seed, dec(i))).digest() for i in range(-(-length // 32)))
    return b"".join(blocks)[:length]


def seal(given: Given, _: Any) -> Any:
    k = octets(given["k"])
    sealer = attachments.AttachmentSealer(k, given["id"])
    chunks = list(sealer.seal([plaintext(given["plain"])]))
    stream = b"".join(chunks)
    return {
        "key": attachments.attachment_key(k, given["id"]).hex(), "size": sealer.size,
        "sha256": hashlib.sha256(stream).hexdigest(), "first16": stream[:16].hex(),
        "leaves": [merkle.leaf_hash(chunk).hex() for chunk in chunks], "root": sealer.root.hex(),
    }  # fmt: skip


def _built(given: Given) -> Iterator[bytes]:
    """The stream as the case describes it, made apart from the kernel's own sealing."""
    k = octets(given.get("stream_k", given["k"]))
    aead = AESGCM(attachments.attachment_key(k, str(given.get("stream_id", given["id"]))))
    plain = plaintext(given["plain"])
    for entry in given["stream"]:
        nonce = bytes(7) + entry["number"].to_bytes(4, "big") + bytes([entry["last"]])
        chunk = bytearray(aead.encrypt(nonce, plain[entry["from"] : entry["to"]], None))
        if "xor" in entry:
            offset, mask = entry["xor"]
            chunk[offset] ^= mask
        yield bytes(chunk[: len(chunk) - entry.get("cut", 0)])
    yield octets(given.get("append", ""))


def open_stream(given: Given, _: Any) -> Any:
    stream = b"".join(_built(given))
    if hashlib.sha256(stream).hexdigest() != given["stream_sha256"]:
        raise AssertionError("the stream was not built right")
    root = octets(given["root"]) if "root" in given else None
    pieces = (stream[start : start + 50_000] for start in range(0, len(stream), 50_000))
    found = hashlib.sha256()
    for plain in attachments.open_stream(
        octets(given["k"]), given["id"], pieces, given.get("size"), root
    ):
        found.update(plain)
    return {"sha256": found.hexdigest()}


def open_range(given: Given, _: Any) -> Any:
    k, offset, length = octets(given["k"]), given["offset"], given["length"]
    chunks = list(attachments.seal_stream(k, given["id"], [plaintext(given["plain"])]))
    size = sum(map(len, chunks))
    first, last = attachments.chunk_range(offset, length, size)
    touched = b"".join(chunks[first : last + 1])
    plain = attachments.open_range(k, given["id"], touched, offset, length, size)
    return {"chunks": [first, last], "sha256": hashlib.sha256(plain).hexdigest()}


def path(given: Given, _: Any) -> None:
    merkle.verify_inclusion(
        octets(given["leaf"]), given["index"], given["count"], octets_of(given["path"]),
        octets(given["root"]),
    )  # fmt: skip


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("deposit", "encrypt"): encrypt,
    ("deposit", "read"): read,
    ("deposit", "check"): check,
    ("attachments", "seal"): seal,
    ("attachments", "open"): open_stream,
    ("attachments", "range"): open_range,
    ("attachments", "path"): path,
}
