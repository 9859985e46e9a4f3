"""The attack that must fail: SRS database, cloud database and the doctor's seed in one hand.

The attacker tries every combination of what the databases hold with everything
that the doctor's seed yields. The same code opens the partition that was granted:
without that control, a failure would prove nothing.
"""

import itertools
from collections.abc import Iterable, Iterator

import pytest

from cloudstore.models import Document
from sesphr.adapters import get_cloud, get_srs_nodes
from sesphr.crypto import document, envelope, gt, pre, statements
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.groups import G2_GENERATOR, GT, decode_g1, decode_g2, pair
from sesphr.deployment import get_deployment
from sesphr.roles import node_database
from srs.models import AccessRequest, Delegation, PartitionKey, RParameter
from tests.contract.test_srs import grant, member, put_acl, record_of
from tests.support.endpoints import Endpoint, element

pytestmark = pytest.mark.django_db(databases="__all__")
PARTITIONS = ("medical", "personal", "insurance")


def victim(*granted: str) -> tuple[Endpoint, Endpoint, str]:
    """An owner with a stored record, a doctor with some partitions, the record's id."""
    owner, doctor = member(), member("physician")
    sealed = owner.seal({name: element(name, f"secret of {name}") for name in PARTITIONS})
    get_cloud().put(sealed.manifest, owner.keys.verification, sealed.document)
    receipts = [node.deposit(owner.deposit_for(sealed, node.index)) for node in get_srs_nodes()]
    get_cloud().note(receipts)
    if granted:
        grant(owner, doctor, *granted)
    return owner, doctor, record_of(sealed)


class Attacker:
    """Reads whole databases and knows a seed."""

    def __init__(self, doctor: Endpoint, indices: Iterable[int]) -> None:
        self.keys, self.indices = doctor.keys, tuple(indices)

    def opened(self) -> set[str]:
        """The partitions that some candidate key opens."""
        stored = Document.objects.using("cloud").get()
        manifest = statements.payload_of_unverified(stored.manifest)
        parts = document.parse_document(bytes(stored.document), manifest)
        return {name for name in PARTITIONS if self._opens(manifest, name, parts[name])}

    def _opens(self, manifest: dict, name: str, part: document.EncryptedPart) -> bool:
        entry = manifest["partitions"][name]
        context = pre.Context(
            manifest["deployment"], manifest["owner"], manifest["record"], manifest["version"], name,
            entry["epoch"], b64u_decode(entry["rh"]),
        )  # fmt: skip
        for key in self._content_keys(context, part):
            try:
                envelope.open_partition(key, entry, part.cipher_octets)
            except CryptoError:
                continue
            return True
        return False

    def _content_keys(self, context: pre.Context, part: document.EncryptedPart) -> Iterator[bytes]:
        for encapsulated in self._encapsulated():
            yield pre.derive_keys(encapsulated, context)[0]
        for partition in (*PARTITIONS, context.partition):
            try:
                yield envelope.unwrap_key(self.keys.partition(partition, 1).wrap, part.wrapped)
            except CryptoError:
                continue

    def _encapsulated(self) -> Iterator[GT]:
        """Everything in GT that rows and seed yield: pairings, raised, rooted and combined."""
        secret = self.keys.receive_secret
        for element_ in self._paired():
            yield from (element_, element_.power(secret), element_.root(secret))

    def _paired(self) -> Iterator[GT]:
        points = [decode_g1(octets) for octets in self._g1()]
        for index in self.indices:
            rows = Delegation.objects.using(node_database(index)).values_list("d", flat=True)
            keys = [decode_g2(bytes(d)) for d in rows]
            known = [*keys, self.keys.receive_public, G2_GENERATOR]
            yield from (pair(r, d) for r, d in itertools.product(points, known))
        yield from self._combined()
        yield from self._answered()
        yield gt.Z

    def _answered(self) -> Iterator[GT]:
        """Every T that the nodes still keep, combined for each pair as its user would."""
        deployment = get_deployment()
        shares: dict[tuple[str, str], dict] = {}
        for index in self.indices:
            kept = AccessRequest.objects.using(node_database(index)).exclude(answer=None)
            for jws in kept.values_list("answer", flat=True):
                for item in statements.payload_of_unverified(jws)["items"]:
                    for one in item["partitions"]:
                        if one["answer"] is not None:
                            place = shares.setdefault((item["record"], one["partition"]), {})
                            place[index] = gt.decode_gt(b64u_decode(one["answer"]))
        for answers in shares.values():
            if len(answers) >= deployment.t:
                yield pre.combine(self.keys.receive_secret, deployment.n, deployment.t, answers)

    def _combined(self) -> Iterator[GT]:
        """T of every R with the keys of t or more nodes, interpolated at 0."""
        deployment = get_deployment()
        if len(self.indices) < deployment.t:
            return
        for octets in self._g1():
            for shares in self._shares():
                answers = {index: pair(decode_g1(octets), d) for index, d in shares.items()}
                yield pre.combine(self.keys.receive_secret, deployment.n, deployment.t, answers)

    def _shares(self) -> Iterator[dict]:
        by_partition: dict[str, dict] = {}
        for index in self.indices:
            for row in Delegation.objects.using(node_database(index)).all():
                by_partition.setdefault(row.partition, {})[index] = decode_g2(bytes(row.d))
        yield from (shares for shares in by_partition.values() if len(shares) >= get_deployment().t)

    def _g1(self) -> set[bytes]:
        alias = node_database(self.indices[0])
        rows = RParameter.objects.using(alias).values_list("r", flat=True)
        keys = PartitionKey.objects.using(alias).values_list("a", flat=True)
        return {bytes(octets) for octets in (*rows, *keys)}


def everybody() -> range:
    """All nodes' databases."""
    return range(1, get_deployment().n + 1)


def test_what_was_granted_opens_and_nothing_else() -> None:
    _, doctor, _ = victim("medical")
    assert Attacker(doctor, everybody()).opened() == {"medical"}


def test_nothing_opens_without_a_grant() -> None:
    _, doctor, _ = victim()
    assert Attacker(doctor, everybody()).opened() == set()


def test_after_revocation_the_databases_open_nothing_for_him() -> None:
    owner, doctor, _ = victim("medical", "personal")
    put_acl(owner, [])
    assert Attacker(doctor, everybody()).opened() == set()


def test_a_kept_answer_opens_only_what_was_opened_and_is_soon_forgotten(
    moved_clock: list[int],
) -> None:
    owner, doctor, record = victim("medical", "personal")

    def ask() -> None:
        jws = doctor.access_request({record: ["medical"]})
        for node in get_srs_nodes():
            node.access(jws)

    ask()
    put_acl(owner, [])
    assert Attacker(doctor, everybody()).opened() == {"medical"}
    moved_clock[0] += 1000
    ask()
    assert Attacker(doctor, everybody()).opened() == set()


def test_fewer_nodes_than_the_threshold_open_nothing() -> None:
    _, doctor, _ = victim("medical")
    deployment = get_deployment()
    opened = Attacker(doctor, range(1, deployment.t)).opened() if deployment.t > 1 else set()
    assert opened == set()


def test_another_doctors_seed_opens_nothing() -> None:
    victim("medical", "personal")
    stranger = member("physician")
    assert Attacker(stranger, everybody()).opened() == set()


def test_no_stored_value_of_g2_opens_everything() -> None:
    """No X with e(A, X) = Z: it would be g2^(1/x), the key to all."""
    victim("medical", "personal")
    keys = [
        decode_g1(bytes(a)) for a in PartitionKey.objects.using("srs").values_list("a", flat=True)
    ]
    for index in everybody():
        for row in Delegation.objects.using(node_database(index)).all():
            assert all(pair(a, decode_g2(bytes(row.d))) != gt.Z for a in keys)
