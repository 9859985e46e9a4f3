"""What an endpoint computes, in Python; `endpoint.mjs` has the same cases in JavaScript.

A case is prepared outside the measured time: `prepare` gives what is run, and a
check of its result that runs once, so that nothing is measured that does not work.
"""

import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sesphr.crypto import document, envelope, hpke, pre, proofs, slots, statements
from sesphr.crypto.encoding import SUITE, b64u_decode, b64u_encode, canonical_json, dec, lp
from sesphr.crypto.groups import decode_g1, decode_g2
from sesphr.crypto.gt import decode_gt
from sesphr.crypto.keys import MemberKeys, PartitionKeys

DEPLOYMENT = "bench.sesphr.example"
PARTITIONS = ("personal", "medical", "insurance", "prescription")
NAME = "medical"
# Number of nodes to threshold.
THRESHOLDS = {1: 1, 3: 2}
Check = Callable[[Any], bool]
Prepared = tuple[Callable[[], Any], Check]


@dataclass(frozen=True)
class Sealed:
    """A sealed record and what its user has got for it."""

    plaintext: bytes
    record: envelope.SealedRecord
    answer: bytes

    @property
    def part(self) -> envelope.SealedPartition:
        """The one partition."""
        return self.record.partitions[NAME]


class Endpoint:
    """An owner and a user with fresh keys; `cases` are its methods by name."""

    def __init__(self, plaintexts: Path) -> None:
        """Take the folder of plaintexts, one file a size."""
        self._folder = plaintexts
        self._owner, self._user = str(uuid.uuid4()), str(uuid.uuid4())
        self._keys = MemberKeys.from_seed(secrets.token_bytes(32))
        self._user_keys = MemberKeys.from_seed(secrets.token_bytes(32))
        self._place = envelope.Place(DEPLOYMENT, self._owner, str(uuid.uuid4()), 1)
        self._sealed: dict[int, Sealed] = {}
        self._directory = {self._owner: self._keys.verification}

    def prepare(self, case: str, size: int) -> Prepared:
        """The case of this name, ready to run."""
        found: Callable[[int], Prepared] = getattr(self, f"case_{case}")
        return found(size)

    @cached_property
    def _partition(self) -> PartitionKeys:
        return self._keys.partition(NAME, 1)

    def _plaintext(self, size: int) -> bytes:
        return (self._folder / f"{size}.xml").read_bytes()

    def _encapsulate(self) -> envelope.Encapsulation:
        return envelope.encapsulate_partition(self._place, NAME, 1, self._partition.public)

    def _seal(self, plaintext: bytes) -> envelope.SealedRecord:
        draft = envelope.Draft(self._encapsulate(), plaintext, wrap=self._partition.wrap)
        return envelope.encrypt_record(
            self._place, [draft], author=self._owner, author_keys=self._keys, iat=1, previous=None
        )

    def _made(self, size: int) -> Sealed:
        if size not in self._sealed:
            plaintext = self._plaintext(size)
            record = self._seal(plaintext)
            share = pre.deal(self._partition.secret, 1, 1).shares[0]
            d = pre.direct_point(self._user_keys.receive_public, share)
            answer = pre.reencrypt(record.partitions[NAME].encapsulation.R, d).encode()
            self._sealed[size] = Sealed(plaintext, record, answer)
        return self._sealed[size]

    def _entry(self, made: Sealed) -> dict[str, Any]:
        payload = statements.payload_of_unverified(made.record.manifest)
        return dict(payload["partitions"][NAME])

    def _verified(self, manifest: str) -> dict[str, Any]:
        return statements.verify(
            manifest, typ="sesphr-manifest", deployment=DEPLOYMENT, directory=self._directory
        ).payload

    # Whole operations.

    def case_seal(self, size: int) -> Prepared:
        """Encapsulate, check and encrypt, wrap, prove, sign the manifest, write the document."""
        plaintext, keys = self._plaintext(size), {NAME: envelope.WrapKey(self._partition.wrap)}

        def check(made: envelope.SealedRecord) -> bool:
            manifest = self._verified(made.manifest)
            return envelope.read_document(made.document, manifest, keys)[NAME] == plaintext

        return lambda: self._seal(plaintext), check

    def case_open_user(self, size: int) -> Prepared:
        """Verify the manifest, read the document strictly, combine, check kc, decrypt, check."""
        made, context = self._made(size), self._made(size).part.encapsulation.context

        def run() -> bytes:
            entry = self._verified(made.record.manifest)["partitions"][NAME]
            part = document.parse_document(made.record.document, [NAME])[NAME]
            kc = b64u_decode(entry["kc"], 32)
            answers = {1: decode_gt(made.answer)}
            k = pre.user_key(self._user_keys.receive_secret, 1, 1, answers, context, kc)
            return envelope.open_partition(k, entry, part.cipher_octets)

        return run, lambda result: bool(result == made.plaintext)

    def case_open_owner(self, size: int) -> Prepared:
        """The same by the wrapped key: no pairing, no node."""
        made, keys = self._made(size), {NAME: envelope.WrapKey(self._partition.wrap)}

        def run() -> bytes:
            manifest = self._verified(made.record.manifest)
            return envelope.read_document(made.record.document, manifest, keys)[NAME]

        return run, lambda result: bool(result == made.plaintext)

    # Steps of sealing.

    def case_encapsulate(self, _: int) -> Prepared:
        """R, K, k and kc."""
        return self._encapsulate, lambda made: len(made.k) == 32

    def case_check_element(self, size: int) -> Prepared:
        """The strict reading of the plaintext element, before sealing and after opening."""
        plaintext = self._plaintext(size)
        return lambda: document.check_element(plaintext), lambda result: result == plaintext

    def case_gcm_encrypt(self, size: int) -> Prepared:
        """AES-256-GCM alone."""
        plaintext, cipher = self._plaintext(size), AESGCM(secrets.token_bytes(32))
        return (
            lambda: cipher.encrypt(secrets.token_bytes(12), plaintext, None),
            lambda octets: len(octets) == len(plaintext) + 16,
        )

    def case_digest(self, size: int) -> Prepared:
        """SHA-256 of the cipher octets."""
        octets = self._made(size).part.octets
        return lambda: hashlib.sha256(octets).digest(), lambda digest: len(digest) == 32

    def case_wrap(self, _: int) -> Prepared:
        """AES-256-KW of k."""
        wrap, k = self._partition.wrap, secrets.token_bytes(32)
        return (
            lambda: envelope.wrap_key(wrap, k),
            lambda octets: envelope.unwrap_key(wrap, octets) == k,
        )

    def case_prove(self, size: int) -> Prepared:
        """The proof of knowledge of r."""
        made = self._encapsulate()
        ctx = proofs.DepositContext(
            self._owner, self._place.record, 1, NAME, 1, self._owner, secrets.token_bytes(32)
        )
        given: dict[str, Any] = {"deployment": DEPLOYMENT, "base": made.A, "ctx": ctx}

        def check(result: tuple[Any, bytes]) -> bool:
            proofs.verify("deposit", Y=result[0], proof=result[1], **given)
            return bool(result[0] == made.R)

        return lambda: proofs.prove("deposit", secret=made.r, **given), check

    def case_sign_manifest(self, size: int) -> Prepared:
        """Canonical JSON, schema and signature of the manifest."""
        payload = statements.payload_of_unverified(self._made(size).record.manifest)
        return (
            lambda: statements.sign(self._keys, "sesphr-manifest", canonical_json(payload)),
            lambda jws: self._verified(jws) == payload,
        )

    def case_build_document(self, size: int) -> Prepared:
        """The document's octets, base64 included."""
        part = self._made(size).part
        given = {NAME: document.EncryptedPart(part.octets, part.wrapped)}
        expected = self._made(size).record.document
        return lambda: document.build_document(given), lambda octets: octets == expected

    # Steps of opening.

    def case_verify_manifest(self, size: int) -> Prepared:
        """Signature and schema of the manifest."""
        jws = self._made(size).record.manifest
        return lambda: self._verified(jws), lambda payload: payload["owner"] == self._owner

    def case_parse_document(self, size: int) -> Prepared:
        """The strict reading of the document's shell, base64 included."""
        made = self._made(size)
        return (
            lambda: document.parse_document(made.record.document, [NAME]),
            lambda parts: parts[NAME].cipher_octets == made.part.octets,
        )

    def case_decode_answer(self, size: int) -> Prepared:
        """T from its octets, with both membership tests of GT."""
        octets = self._made(size).answer
        return lambda: decode_gt(octets), lambda element: element.encode() == octets

    def case_user_key(self, size: int) -> Prepared:
        """K = T^(1/x_U), k, and kc compared."""
        made = self._made(size).part.encapsulation
        answers = {1: decode_gt(self._made(size).answer)}
        secret = self._user_keys.receive_secret
        return (
            lambda: pre.user_key(secret, 1, 1, answers, made.context, made.kc),
            lambda k: k == made.k,
        )

    def case_gcm_decrypt(self, size: int) -> Prepared:
        """AES-256-GCM alone."""
        made = self._made(size)
        cipher, octets = AESGCM(made.part.encapsulation.k), made.part.octets
        return (
            lambda: cipher.decrypt(octets[:12], octets[12:], None),
            lambda plaintext: plaintext == made.plaintext,
        )

    # Keys, grants, statements, slots.

    def case_keys(self, members: int) -> Prepared:
        """For each member: seed to x_U, B_U and x_P, A_P, w of four partitions."""

        def run() -> int:
            made = set()
            for _ in range(members):
                keys = MemberKeys.from_seed(secrets.token_bytes(32))
                points = [keys.receive_public, *(keys.partition(p, 1).public for p in PARTITIONS)]
                made.add(b"".join(point.encode() for point in points))
            return len(made)

        return run, lambda count: bool(count == members)

    def case_grant(self, n: int) -> Prepared:
        """The owner's part of a grant: deal, raise B_U to each share, seal one to each node."""
        nodes = [hpke.generate_key() for _ in range(n)]

        def check(result: tuple[pre.Deal, list[tuple[bytes, bytes]]]) -> bool:
            made, sealed = result
            return all(
                len(self._accepted(n, i, made.commitments, sealed[i - 1], nodes[i - 1][0])) == 96
                for i in range(1, n + 1)
            )

        return lambda: self._grant(n, [public for _, public in nodes]), check

    def _grant(self, n: int, nodes: list[bytes]) -> tuple[pre.Deal, list[tuple[bytes, bytes]]]:
        made, b = pre.deal(self._partition.secret, n, THRESHOLDS[n]), self._user_keys.receive_public
        sealed = [
            hpke.seal(public, _info(i), pre.direct_point(b, share).encode())
            for i, (public, share) in enumerate(zip(nodes, made.shares, strict=True), 1)
        ]
        return made, sealed

    def case_check_direct(self, n: int) -> Prepared:
        """Node 1's part: unseal, decode all points strictly, compare the pairings."""
        nodes = [hpke.generate_key() for _ in range(n)]
        made, sealed = self._grant(n, [public for _, public in nodes])
        return (
            lambda: self._accepted(n, 1, made.commitments, sealed[0], nodes[0][0]),
            lambda octets: len(octets) == 96,
        )

    def _accepted(
        self, n: int, index: int, commitments: Any, sealed: tuple[bytes, bytes], secret: bytes
    ) -> bytes:
        """The octets of D, which node `index` keeps; raises unless they are right."""
        octets = hpke.unseal(secret, sealed[0], _info(index), sealed[1])
        pre.check_direct(
            decode_g1(self._partition.public.encode()),
            decode_g2(self._user_keys.receive_public.encode()),
            index, n, THRESHOLDS[n], [decode_g1(point.encode()) for point in commitments],
            decode_g2(octets),
        )  # fmt: skip
        return octets

    def case_verify_request(self, pairs: int) -> Prepared:
        """Signature, strict JSON and schema of an access request of so many pairs."""
        names = PARTITIONS if pairs % len(PARTITIONS) == 0 else PARTITIONS[:1]
        items = [
            {"record": str(uuid.uuid4()), "partitions": list(names)}
            for _ in range(pairs // len(names))
        ]
        payload = {
            "suite": SUITE, "deployment": DEPLOYMENT, "iss": self._owner, "iat": 1,
            "nonce": b64u_encode(secrets.token_bytes(16)), "purpose": "treatment", "items": items,
        }  # fmt: skip
        jws = statements.sign(self._keys, "sesphr-access-request", canonical_json(payload))
        given: dict[str, Any] = {"deployment": DEPLOYMENT, "directory": self._directory}
        return (
            lambda: statements.verify(jws, typ="sesphr-access-request", **given),
            lambda verified: verified.payload == payload,
        )

    def case_password_slot(self, _: int) -> Prepared:
        """Argon2id with 64 MiB, t = 3: a password to slot key and login secret."""
        given: dict[str, Any] = {
            "deployment": DEPLOYMENT, "login": "anna@example.org", "member": self._owner,
            "salt": secrets.token_bytes(16), "params": slots.DEFAULT_PARAMS, "secret": "correct horse",
        }  # fmt: skip
        return (
            lambda: slots.derive(slots.PASSWORD, **given),
            lambda keys: keys == slots.derive(slots.PASSWORD, **given),
        )


def _info(index: int) -> bytes:
    return lp(
        SUITE.encode(), b"delegation", DEPLOYMENT.encode(), bytes(32), NAME.encode(), dec(1), dec(index)
    )  # fmt: skip
