"""Where a partition is sealed, and where one is opened (protocol section 4).

Sealing makes R, k, kc, cipher octets, wrapped key, proof and the signed manifest.
Opening checks shell, digest, key commitment and tag in this order; no plaintext
leaves before all hold, and every failure is the same OpenError.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from sesphr.crypto import statements
from sesphr.crypto.document import (
    EncryptedPart,
    build_document,
    check_element,
    check_part,
    parse_document,
)
from sesphr.crypto.encoding import SUITE, b64u_decode, b64u_encode, canonical_json, check_octets
from sesphr.crypto.errors import CryptoError, DecodingError, OpenError
from sesphr.crypto.groups import G1, GT, Scalar, random_scalar
from sesphr.crypto.keys import MemberKeys
from sesphr.crypto.payloads import check_payload
from sesphr.crypto.pre import Context, commit_key, derive_keys, encapsulate
from sesphr.crypto.proofs import DepositContext, prove


@dataclass(frozen=True)
class WrapKey:
    """The owner's w_P,c (32 octets): opens by the document's wrapped key."""

    octets: bytes

    def __repr__(self) -> str:
        return "WrapKey(...)"


@dataclass(frozen=True)
class ContentKey:
    """A partition's k itself (32 octets)."""

    octets: bytes

    def __repr__(self) -> str:
        return "ContentKey(...)"


@dataclass(frozen=True)
class Place:
    """Which version of which record is sealed, in which deployment."""

    deployment: str
    owner: str
    record: str
    version: int


@dataclass(frozen=True)
class Encapsulation:
    """A partition's fresh key material: made first, because attachments are sealed under k."""

    context: Context
    A: G1
    r: Scalar
    R: G1
    K: GT
    k: bytes
    kc: bytes

    def __repr__(self) -> str:
        return "Encapsulation(...)"


@dataclass(frozen=True)
class Draft:
    """One partition to seal: its keys, its one XML element, its sealed attachments.

    `wrap` is w_P,c, which only the owner has; `attachments` are manifest entries;
    `iv` and `proof_random` are fresh unless given.
    """

    encapsulation: Encapsulation
    plaintext: bytes
    wrap: bytes | None = None
    attachments: Sequence[Mapping[str, Any]] = ()
    iv: bytes | None = None
    proof_random: bytes | None = None

    def __repr__(self) -> str:
        return "Draft(...)"


@dataclass(frozen=True)
class SealedPartition:
    """What sealing made of one partition; R and proof go sealed to the nodes, k stays here."""

    encapsulation: Encapsulation
    octets: bytes
    wrapped: bytes | None
    proof: bytes

    def __repr__(self) -> str:
        return "SealedPartition(...)"


@dataclass(frozen=True)
class SealedRecord:
    """A sealed version: document, manifest payload and JWS, and its partitions by id."""

    document: bytes
    payload: bytes
    manifest: str
    partitions: dict[str, SealedPartition] = field(repr=False)

    @property
    def digest(self) -> bytes:
        """SHA-256 of the manifest's payload, its name."""
        return hashlib.sha256(self.payload).digest()


def encapsulate_partition(
    place: Place, partition: str, epoch: int, A: G1, r: Scalar | None = None
) -> Encapsulation:
    """Fresh R, K, k and kc for one partition of one version (steps 1 and 2)."""
    secret = random_scalar() if r is None else r
    R, K = encapsulate(A, secret)
    rh = hashlib.sha256(R.encode()).digest()
    context = Context(
        place.deployment, place.owner, place.record, place.version, partition, epoch, rh
    )
    return Encapsulation(context, A, secret, R, K, *derive_keys(K, context))


def seal_partition(k: bytes, plaintext: bytes, iv: bytes | None = None) -> bytes:
    """iv || ciphertext || tag of one XML element under k (step 3).

    Raises:
        OpenError: a plaintext that no reader would take.
    """
    nonce = secrets.token_bytes(12) if iv is None else check_octets(iv, 12)
    return nonce + AESGCM(check_octets(k, 32)).encrypt(nonce, check_element(plaintext), None)


def open_partition(k: bytes, entry: Mapping[str, Any], octets: bytes) -> bytes:
    """The plaintext of one partition: size and digest, then kc, then the tag, then the element.

    Args:
        k: the partition's key.
        entry: its entry in the verified manifest.
        octets: iv || ciphertext || tag.

    Raises:
        OpenError: anything is not right.
    """
    try:
        check_part(octets, entry)
        commitment = commit_key(k, b64u_decode(entry["rh"], 32))
        if not hmac.compare_digest(commitment, b64u_decode(entry["kc"], 32)):
            raise OpenError
        return check_element(AESGCM(k).decrypt(octets[:12], octets[12:], None))
    except (CryptoError, InvalidTag, ValueError):
        raise OpenError from None


def wrap_key(wrap: bytes, k: bytes) -> bytes:
    """k under w_P,c (AES-256-KW, RFC 3394), 40 octets."""
    return aes_key_wrap(check_octets(wrap, 32), check_octets(k, 32))


def unwrap_key(wrap: bytes, wrapped: bytes | None) -> bytes:
    """k from a wrapped key.

    Raises:
        OpenError: there is none, or it is another key's.
    """
    try:
        return aes_key_unwrap(check_octets(wrap, 32), check_octets(wrapped, 40))
    except (InvalidUnwrap, CryptoError):
        raise OpenError from None


def _seal(draft: Draft, author: str) -> SealedPartition:
    made, context = draft.encapsulation, draft.encapsulation.context
    octets = seal_partition(made.k, draft.plaintext, draft.iv)
    ctx = DepositContext(
        context.owner, context.record, context.version, context.partition, context.epoch,
        author, hashlib.sha256(octets).digest(),
    )  # fmt: skip
    _, proof = prove(
        "deposit", deployment=context.deployment, secret=made.r, base=made.A, ctx=ctx,
        random=draft.proof_random,
    )  # fmt: skip
    wrapped = None if draft.wrap is None else wrap_key(draft.wrap, made.k)
    return SealedPartition(made, octets, wrapped, proof)


def _entry(sealed: SealedPartition, draft: Draft) -> dict[str, Any]:
    made = sealed.encapsulation
    return {
        "epoch": made.context.epoch,
        "rh": b64u_encode(made.context.rh),
        "kc": b64u_encode(made.kc),
        "digest": b64u_encode(hashlib.sha256(sealed.octets).digest()),
        "size": len(sealed.octets),
        "attachments": [dict(one) for one in draft.attachments],
    }


def encrypt_record(
    place: Place, drafts: Sequence[Draft], *, author: str, author_keys: MemberKeys, iat: int,
    previous: str | None, extra: Mapping[str, int] | None = None,
) -> SealedRecord:  # fmt: skip
    """Seal one version of a record: steps 3 to 5 for every partition, then the manifest.

    Args:
        place: what is sealed.
        drafts: the partitions, in document order.
        author: the author's id, who signs.
        author_keys: the author's keys.
        iat: Unix seconds.
        previous: base64url digest of the version before, None for version 1.
        extra: the owner's `date`, `open_from`, `open_until`.

    Raises:
        CryptoError: a draft for another place, a partition twice, a payload that its schema refuses.
    """
    sealed: dict[str, SealedPartition] = {}
    entries: dict[str, Any] = {}
    for draft in drafts:
        context = draft.encapsulation.context
        if Place(context.deployment, context.owner, context.record, context.version) != place:
            raise DecodingError("a partition of another record")
        if context.partition in sealed:
            raise DecodingError("a partition twice")
        sealed[context.partition] = _seal(draft, author)
        entries[context.partition] = _entry(sealed[context.partition], draft)
    payload = canonical_json({
        "suite": SUITE, "deployment": place.deployment, "iss": author, "iat": iat,
        "owner": place.owner, "record": place.record, "version": place.version,
        "previous": previous, "partitions": entries, **(extra or {}),
    })  # fmt: skip
    manifest = statements.sign(author_keys, "sesphr-manifest", payload)
    document = _document(sealed, owner_authored=author == place.owner)
    return SealedRecord(document, payload, manifest, sealed)


def _document(sealed: Mapping[str, SealedPartition], *, owner_authored: bool) -> bytes:
    # A contributor's document carries no wrapped key: the owner's accept does.
    return build_document(
        (name, EncryptedPart(one.octets, one.wrapped if owner_authored else None))
        for name, one in sealed.items()
    )


def read_document(
    document: bytes, manifest: Mapping[str, Any], keys: Mapping[str, WrapKey | ContentKey]
) -> dict[str, bytes]:
    """Open the partitions whose keys are given; the whole document is checked first.

    Args:
        document: the document's octets.
        manifest: a verified manifest's payload.
        keys: by partition id.

    Raises:
        OpenError: anything is not right.
    """
    try:
        entries = check_payload("sesphr-manifest", manifest)["partitions"]
    except CryptoError:
        raise OpenError from None
    if not keys.keys() <= entries.keys():
        raise OpenError
    parts = parse_document(document, entries)
    return {name: _read(parts[name], entries[name], key) for name, key in keys.items()}


def _read(part: EncryptedPart, entry: Mapping[str, Any], key: WrapKey | ContentKey) -> bytes:
    k = unwrap_key(key.octets, part.wrapped) if isinstance(key, WrapKey) else key.octets
    return open_partition(k, entry, part.cipher_octets)
