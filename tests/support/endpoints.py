"""An endpoint for tests at the level of the ports: makes real keys and real statements.

It does with the kernel what the client does over HTTP, so that servers can be
tested without one, and so that a test can lie in any place it likes.
"""

import hashlib
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sesphr import clock
from sesphr.crypto import consent, envelope, hpke, keychange, pre, proofs, statements
from sesphr.crypto.encoding import (
    SUITE,
    b64u_decode,
    b64u_encode,
    canonical_json,
    dec,
    lp,
)
from sesphr.crypto.groups import Scalar
from sesphr.crypto.gt import decode_gt
from sesphr.crypto.keys import FormerSeed, MemberKeys, key_digest
from sesphr.deployment import get_deployment
from sesphr.ports.cloudstore import CloudObject
from sesphr.ports.srs import Access, Deposit, Sealed

DEFAULTS = ("personal", "medical", "insurance", "prescription")


def element(name: str, text: str = "planted") -> bytes:
    """A partition's plaintext."""
    return f'<partition xmlns="urn:sesphr:phr:1" id="{name}">{text}</partition>'.encode()


def digest_of(jws: str) -> str:
    """A statement's name, b64u."""
    return b64u_encode(hashlib.sha256(b64u_decode(jws.split(".")[1])).digest())


def _sealed_to_all(info: Callable[[int], bytes], octets: bytes) -> list[dict[str, str]]:
    made = [hpke.seal(node.hpke, info(node.index), octets) for node in get_deployment().nodes]
    return [
        {"enc": b64u_encode(enc), "ciphertext": b64u_encode(ciphertext)} for enc, ciphertext in made
    ]


@dataclass
class Endpoint:
    """A member with a seed; `acl_head` is the last list that it signed."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    seed: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    acl_head: str | None = None
    former: tuple[FormerSeed, ...] = ()
    dealt: set[tuple[str, str]] = field(default_factory=set)
    sealed_to_nodes: dict[bytes, dict[str, dict[str, Sealed]]] = field(default_factory=dict)

    @property
    def keys(self) -> MemberKeys:
        """All keys of the seed."""
        return MemberKeys.from_seed(self.seed, self.former)

    @property
    def epoch(self) -> int:
        """Of which epoch this endpoint's own partition keys are."""
        return self.keys.first_epoch

    def renewed(self, below: int = 2) -> "Endpoint":
        """The same member with a new seed, which keeps this one for the epochs before."""
        former = (*self.former, FormerSeed(below, self.seed))
        return Endpoint(id=self.id, former=former, acl_head=self.acl_head)

    def key_change(
        self, new: "Endpoint", seq: int, previous: str, partitions: Iterable[str] = DEFAULTS,
        **changed: Any,
    ) -> str:  # fmt: skip
        """The registration that puts another endpoint's keys in the place of this one's."""
        keys = new.keys
        proof = keychange.prove(
            keys.signing_key, deployment=get_deployment().id, member=self.id, seq=seq,
            old=self.keys.verification,
        )  # fmt: skip
        body = statements.payload_of_unverified(new.registration(partitions))
        head = self.acl_head and statements.payload_of_unverified(self.acl_head)["seq"]
        more = {
            "seq": seq,
            "previous": previous,
            "possession": b64u_encode(proof),
            "acl": head or 0,
        }
        return self.sign("sesphr-registration", **{**body, **more, **changed})

    def sign(self, typ: str, **members: Any) -> str:
        """A statement of this member, dated now unless `iat` is given."""
        payload = {
            "suite": SUITE, "deployment": get_deployment().id, "iss": self.id, "iat": clock.now(), **members
        }  # fmt: skip
        return statements.sign(self.keys, typ, canonical_json(payload))

    def registration(
        self,
        partitions: Iterable[str] = DEFAULTS,
        seq: int = 1,
        previous: str | None = None,
        **changed: Any,
    ) -> str:
        """A signed registration with proofs for the epoch 1 keys of `partitions`."""
        keys, deployment = self.keys, get_deployment().id
        b, b_proof = proofs.prove(
            "key-B", deployment=deployment, secret=keys.receive_secret,
            ctx=proofs.KeyBContext(self.id, keys.verification),
        )  # fmt: skip
        members = {
            "verification": b64u_encode(keys.verification),
            "receive": b64u_encode(b.encode()),
            "receive_proof": b64u_encode(b_proof),
            "partitions": {name: self.partition_key(name) for name in partitions},
            "seq": seq,
            "previous": previous,
        }
        return self.sign("sesphr-registration", **{**members, **changed})

    def partition_key(self, name: str, secret: Scalar | None = None) -> dict[str, Any]:
        """A registered partition key with its proof; of another secret than the seed's if given."""
        keys = self.keys
        a, proof = proofs.prove(
            "key-A", deployment=get_deployment().id, secret=secret or keys.partition(name, self.epoch).secret,
            ctx=proofs.KeyAContext(self.id, name, self.epoch, keys.verification),
        )  # fmt: skip
        return {"epoch": self.epoch, "key": b64u_encode(a.encode()), "proof": b64u_encode(proof)}

    def seal(
        self, partitions: Mapping[str, bytes], record: str | None = None, version: int = 1,
        previous: str | None = None, **changed: Any,
    ) -> envelope.SealedRecord:  # fmt: skip
        """Seal a version of a record of this owner."""
        place = envelope.Place(
            get_deployment().id, changed.pop("owner", self.id), record or str(uuid.uuid4()), version
        )
        drafts = []
        for name, plaintext in partitions.items():
            keys = self.keys.partition(name, self.epoch)
            made = envelope.encapsulate_partition(place, name, self.epoch, keys.public)
            drafts.append(envelope.Draft(made, plaintext, wrap=keys.wrap))
        return envelope.encrypt_record(
            place, drafts, author=self.id, author_keys=self.keys, iat=changed.pop("iat", clock.now()),
            previous=previous, extra=changed or None,
        )  # fmt: skip

    def contribution(
        self, owner: "Endpoint", partitions: Mapping[str, bytes], record: str | None = None,
        version: int = 1, previous: str | None = None, attachments: Any = None, **changed: Any,
    ) -> envelope.SealedRecord:  # fmt: skip
        """Seal a record for another owner, with her registered partition keys.

        `attachments` gives the manifest's entries of a partition for its key k.
        """
        place = envelope.Place(get_deployment().id, owner.id, record or str(uuid.uuid4()), version)
        drafts = []
        for name, plaintext in partitions.items():
            made = envelope.encapsulate_partition(
                place, name, owner.epoch, owner.keys.partition(name, owner.epoch).public
            )
            entries = attachments(made.k) if attachments else ()
            drafts.append(envelope.Draft(made, plaintext, attachments=entries))
        return envelope.encrypt_record(
            place, drafts, author=self.id, author_keys=self.keys, iat=changed.pop("iat", clock.now()),
            previous=previous, extra=changed or None,
        )  # fmt: skip

    def accept(self, sealed: envelope.SealedRecord, /, **changed: Any) -> str:
        """A signed accept of a contribution, whose keys k are those that sealed it."""
        payload = statements.payload_of_unverified(sealed.manifest)
        wrapped = {
            name: b64u_encode(
                envelope.wrap_key(
                    self.keys.partition(name, one.encapsulation.context.epoch).wrap,
                    one.encapsulation.k,
                )
            )
            for name, one in sealed.partitions.items()
        }
        members = {
            "record": payload["record"], "version": payload["version"], "author": payload["iss"],
            "manifest": b64u_encode(sealed.digest), "wrapped": wrapped,
        }  # fmt: skip
        return self.sign("sesphr-accept", **{**members, **changed})

    def deletion(self, sealed: envelope.SealedRecord, /, **changed: Any) -> str:
        """A signed deletion of a contribution."""
        members = {
            "record": statements.payload_of_unverified(sealed.manifest)["record"],
            "manifest": b64u_encode(sealed.digest),
        }
        return self.sign("sesphr-deletion", **{**members, **changed})

    def deposit_for(self, sealed: envelope.SealedRecord, index: int) -> Deposit:
        """The deposit as node `index` gets it; what all nodes get is sealed once."""
        made = self.sealed_to_nodes.setdefault(sealed.digest, self._sealed_to_nodes(sealed))
        return Deposit(sealed.manifest, made[str(index)], made)

    def _sealed_to_nodes(self, sealed: envelope.SealedRecord) -> dict[str, dict[str, Sealed]]:
        return {
            str(node.index): {
                name: self._seal_to(
                    node.index, "deposit", sealed.digest, name,
                    one.encapsulation.R.encode() + one.proof, one.encapsulation.context.epoch,
                )
                for name, one in sealed.partitions.items()
            }
            for node in get_deployment().nodes
        }  # fmt: skip

    def _seal_to(
        self, index: int, label: str, digest: bytes, partition: str, plaintext: bytes, epoch: int
    ) -> Sealed:
        info = lp(
            SUITE.encode(), label.encode(), get_deployment().id.encode(), digest, partition.encode(),
            dec(epoch), dec(index),
        )  # fmt: skip
        return Sealed(*hpke.seal(get_deployment().node(index).hpke, info, plaintext))

    def rule(self, user: "Endpoint", partitions: Iterable[str], **changed: Any) -> dict[str, Any]:
        """A rule that lets `user` read `partitions`, history included."""
        return {
            "id": str(uuid.uuid4()),
            "who": {"member": user.id, "key": key_digest(user.keys.receive_public)},
            "partitions": list(partitions), "actions": ["read"], "purposes": [], "valid_from": 0,
            "valid_until": None, "history": True, "deny": False, "emergency": None, **changed,
        }  # fmt: skip

    def acl(self, rules: Iterable[Mapping[str, Any]], **changed: Any) -> str:
        """The next list of this owner."""
        head = None if self.acl_head is None else statements.payload_of_unverified(self.acl_head)
        members = {
            "seq": 1 if head is None else head["seq"] + 1,
            "previous": None if self.acl_head is None else digest_of(self.acl_head),
            "default_partitions": list(DEFAULTS),
            "rules": [dict(rule) for rule in rules],
        }
        return self.sign("sesphr-acl", **{**members, **changed})

    def role_rule(
        self, role: str, issuer: str, partitions: Iterable[str], **changed: Any
    ) -> dict[str, Any]:
        """A rule that lets a role read `partitions`, of records from the joining date on."""
        return {
            "id": str(uuid.uuid4()), "who": {"role": role, "issuer": issuer},
            "partitions": list(partitions), "actions": ["read"], "purposes": [], "valid_from": 0,
            "valid_until": None, "history": False, "deny": False, "emergency": None, **changed,
        }  # fmt: skip

    def deal(
        self, acl: str, pairs: Iterable[tuple["Endpoint", str]] = (), standing: Iterable[str] = (),
        epochs: Iterable[int] = (),
    ) -> str:  # fmt: skip
        """Fresh keys for each (user, partition) and fresh shares for roles, sealed to every node,
        of these epochs, or of the present one."""
        digest, of = b64u_decode(digest_of(acl)), tuple(epochs) or (self.epoch,)
        deals = [self._dealt(digest, user, name, one) for user, name in pairs for one in of]
        shares = [self.share(name, epoch=one) for name in standing for one in of]
        return self.sign("sesphr-deal", acl=b64u_encode(digest), deals=deals, standing=shares)

    def share(self, name: str, **changed: Any) -> dict[str, Any]:
        """One partition dealt for roles; `changed` changes what the shares are sealed for."""
        deployment, epoch = get_deployment(), changed.pop("epoch", self.epoch)
        made = pre.deal(self.keys.partition(name, epoch).secret, deployment.n, deployment.t)
        scope = {
            "label": "share", "deployment": deployment.id, "owner": self.id, "partition": name,
            "epoch": epoch, **changed,
        }  # fmt: skip
        sealed = []
        for index, share in enumerate(made.shares, 1):
            words = [SUITE, *map(str, scope.values()), str(changed.get("index", index))]
            info = lp(*(word.encode() for word in words))
            enc, ciphertext = hpke.seal(deployment.node(index).hpke, info, share.encode())
            sealed.append({"enc": b64u_encode(enc), "ciphertext": b64u_encode(ciphertext)})
        commitments = [b64u_encode(one.encode()) for one in made.commitments]
        return {"partition": name, "epoch": epoch, "commitments": commitments, "sealed": sealed}

    def _dealt(self, acl: bytes, user: "Endpoint", name: str, epoch: int) -> dict[str, Any]:
        deployment, b = get_deployment(), user.keys.receive_public
        made = pre.deal(self.keys.partition(name, epoch).secret, deployment.n, deployment.t)
        sealed = [
            self._seal_to(
                index, "delegation", acl, name, pre.direct_point(b, share).encode(), epoch
            )
            for index, share in enumerate(made.shares, 1)
        ]
        return {
            "member": user.id, "key": key_digest(b), "partition": name, "epoch": epoch,
            "commitments": [b64u_encode(point.encode()) for point in made.commitments],
            "sealed": [
                {"enc": b64u_encode(one.enc), "ciphertext": b64u_encode(one.ciphertext)} for one in sealed
            ],
        }  # fmt: skip

    def access_request(self, items: Mapping[str, Iterable[str]], **changed: Any) -> str:
        """A fresh signed request: record id to partitions."""
        members = {
            "nonce": b64u_encode(secrets.token_bytes(16)),
            "purpose": "treatment",
            "items": [
                {"record": record, "partitions": list(names)} for record, names in items.items()
            ],
        }
        return self.sign("sesphr-access-request", **{**members, **changed})

    def sealed_secret(self, secret: bytes, **changed: Any) -> list[dict[str, str]]:
        """This owner's consent secret, sealed to every node."""
        owner = changed.get("owner", self.id)
        return _sealed_to_all(
            lambda index: consent.secret_info(get_deployment().id, owner, index), secret
        )

    def code_for(
        self, owner: str, digits: str, nonce: str, asker: str | None = None
    ) -> dict[str, Any]:
        """What this member puts into a request of that nonce: an owner's code, sealed to every node."""
        octets = b64u_decode(nonce)
        sealed = _sealed_to_all(
            lambda index: consent.code_info(
                get_deployment().id, owner, asker or self.id, octets, index
            ),
            digits.encode(),
        )
        return {"owner": owner, "sealed": sealed}

    def cosign(self, request: str, owner: str, reason: str = "unconscious", **changed: Any) -> str:
        """A co-signature of an emergency's request."""
        members = {"request": digest_of(request), "owner": owner, "reason": reason, **changed}
        return self.sign("sesphr-emergency-cosign", **members)

    def key_request(self, owner: "Endpoint", partitions: Iterable[str], **changed: Any) -> str:
        """A signed request to an owner."""
        members = {
            "owner": owner.id, "partitions": list(partitions), "purpose": "treatment", "reason": "visit",
            "nonce": b64u_encode(secrets.token_bytes(16)), "key": key_digest(self.keys.receive_public),
        }  # fmt: skip
        return self.sign("sesphr-key-request", **{**members, **changed})

    def open(
        self, answers: Iterable[Access] | Mapping[int, Access], objects: Iterable[CloudObject],
        record: str, name: str,
    ) -> bytes:  # fmt: skip
        """Combine the nodes' answers, in order or by index, and open one partition, as a user does."""
        shares, manifest = {}, None
        by_index = answers if isinstance(answers, Mapping) else dict(enumerate(answers, 1))
        for index, access in by_index.items():
            item = next(
                one
                for one in statements.payload_of_unverified(access.answer)["items"]
                if one["record"] == record
            )
            found = next(one for one in item["partitions"] if one["partition"] == name)
            if found["answer"] is not None:
                shares[index], manifest = decode_gt(b64u_decode(found["answer"])), item["manifest"]
        stored = next(one for one in objects if b64u_encode(one.digest) == manifest)
        payload = statements.payload_of_unverified(stored.manifest)
        entry = payload["partitions"][name]
        context = pre.Context(
            payload["deployment"], payload["owner"], record, payload["version"], name, entry["epoch"],
            b64u_decode(entry["rh"]),
        )  # fmt: skip
        deployment = get_deployment()
        key = pre.user_key(
            self.keys.receive_secret,
            deployment.n,
            deployment.t,
            shares,
            context,
            b64u_decode(entry["kc"]),
        )
        return envelope.open_partition(key, entry, stored.partitions[name])
