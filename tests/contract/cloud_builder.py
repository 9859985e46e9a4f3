"""Signed statements and documents for tests of the cloud; ciphertext is random octets."""

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from sesphr.crypto import document, merkle, statements
from sesphr.crypto.deployment import Deployment, Node
from sesphr.crypto.encoding import SUITE, b64u_decode, b64u_encode
from sesphr.deployment import get_deployment
from sesphr.secretfiles import secret

CHUNK = 65552


def sha256(octets: bytes) -> bytes:
    return hashlib.sha256(octets).digest()


def public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


@dataclass
class Signer:
    """Somebody who signs: a member or a node."""

    deployment: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    seed: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    @property
    def verification(self) -> bytes:
        return public(self.seed)

    def sign(self, typ: str, iat: int, **members: object) -> str:
        payload = {
            "suite": SUITE,
            "deployment": self.deployment,
            "iss": self.id,
            "iat": iat,
            **members,
        }
        return statements.sign(self.seed, typ, json.dumps(payload).encode())


def digest_of(jws: str) -> bytes:
    """A statement's name: SHA-256 of its payload."""
    payload = jws.split(".")[1]
    return sha256(b64u_decode(payload))


def root_of(stream: bytes) -> bytes:
    chunks = [stream[at : at + CHUNK] for at in range(0, len(stream), CHUNK)]
    return merkle.root([merkle.leaf_hash(chunk) for chunk in chunks])


@dataclass
class Upload:
    """A manifest with the document that it describes."""

    manifest: str
    document: bytes
    record: str
    parts: Mapping[str, bytes]

    @property
    def digest(self) -> bytes:
        return digest_of(self.manifest)


def described(attachment: str, stream: bytes) -> dict[str, object]:
    return {"id": attachment, "size": len(stream), "root": b64u_encode(root_of(stream))}


def upload(
    author: Signer,
    owner: Signer,
    *,
    iat: int,
    partitions: Iterable[str] = ("medical", "personal"),
    attachments: Mapping[str, list[dict[str, object]]] | None = None,
    record: str | None = None,
    version: int = 1,
    size: int = 100,
) -> Upload:
    """A version of a record with random ciphertext."""
    parts = {name: secrets.token_bytes(size) for name in partitions}
    record = record or str(uuid.uuid4())
    described_parts = {
        name: {
            "epoch": 1,
            "rh": b64u_encode(secrets.token_bytes(32)),
            "kc": b64u_encode(secrets.token_bytes(32)),
            "digest": b64u_encode(sha256(octets)),
            "size": len(octets),
            "attachments": (attachments or {}).get(name, []),
        }
        for name, octets in parts.items()
    }
    previous = None if version == 1 else b64u_encode(secrets.token_bytes(32))
    manifest = author.sign(
        "sesphr-manifest",
        iat,
        owner=owner.id,
        record=record,
        version=version,
        previous=previous,
        partitions=described_parts,
    )
    return Upload(manifest, shell_of(parts), record, parts)


def shell_of(parts: Mapping[str, bytes]) -> bytes:
    wrapped = secrets.token_bytes(40)
    return document.build_document(
        {name: document.EncryptedPart(octets, wrapped) for name, octets in parts.items()}
    )


def request(asker: Signer, wanted: Mapping[str, Iterable[str]], *, iat: int) -> str:
    """An access request for partitions by record."""
    return asker.sign(
        "sesphr-access-request",
        iat,
        nonce=b64u_encode(secrets.token_bytes(16)),
        purpose="treatment",
        items=[{"record": record, "partitions": list(names)} for record, names in wanted.items()],
    )


def ticket(
    node: Signer,
    asker: Signer,
    asked: str,
    owner: Signer,
    objects: Iterable[tuple[bytes, Iterable[str], bool]],
    *,
    iat: int,
    seq: int = 0,
    life: int = 60,
) -> str:
    """A node's download ticket for (manifest digest, partitions, whole) of one owner."""
    return node.sign(
        "sesphr-ticket",
        iat,
        key=b64u_encode(sha256(asker.verification)),
        request=b64u_encode(digest_of(asked)),
        owner=owner.id,
        seq=seq,
        objects=[
            {"manifest": b64u_encode(digest), "partitions": list(names), "whole": whole}
            for digest, names, whole in objects
        ],
        expires=iat + life,
    )


def receipt(
    node: Signer, owner: Signer, kind: str, digest: bytes, *, iat: int, seq: int = 0
) -> str:
    return node.sign(
        "sesphr-receipt",
        iat,
        owner=owner.id,
        kind=kind,
        object=b64u_encode(digest),
        seq=seq,
        effective=True,
    )


def own_nodes() -> list[Signer]:
    """The signers of this run's own deployment."""
    deployment = get_deployment()
    return [
        Signer(deployment.id, node.id, secret(settings.SESPHR_DATA, f"node-{node.index}-sign"))
        for node in deployment.nodes
    ]


def deployment_of(nodes: list[Signer], threshold: int) -> Deployment:
    """A deployment of these nodes, for tests of thresholds."""
    found = get_deployment()
    named = tuple(
        Node(index, node.id, node.verification, bytes(32))
        for index, node in enumerate(nodes, start=1)
    )
    return Deployment(
        found.id, len(nodes), threshold, named, found.log_name, found.log_key, bytes(32), "", ""
    )
