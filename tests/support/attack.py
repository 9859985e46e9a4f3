"""Whoever holds everything of the servers and one member's seed, and tries all of it on all of it.

The attacker combines what the databases of key nodes and cloud hold with everything that the
seed yields. The same code opens what was granted: without that control, a failure would
prove nothing.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sesphr.crypto import document, envelope, gt, pre, statements
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.groups import G2_GENERATOR, GT, decode_g1, decode_g2, pair
from sesphr.crypto.keys import MemberKeys
from tests.support.dump import Databases

Opened = set[tuple[str, str]]


@dataclass(frozen=True)
class Holdings:
    """What servers hold; `nodes` and `threshold` as the deployment says.

    `stored`: manifests with their documents. `dealt`: by node, partitions with shares of
    re-encryption keys. `points`: R parameters and owners' partition keys. `answers`: by node,
    signed answers that are still kept.
    """

    nodes: int
    threshold: int
    stored: list[tuple[str, bytes]]
    dealt: dict[int, list[tuple[str, bytes]]]
    points: set[bytes]
    answers: dict[int, list[str]] = field(default_factory=dict)


def seized(databases: Databases, nodes: int = 1, threshold: int = 1) -> Holdings:
    """Everything that is in the databases of a server now, read past the application."""
    stored = [
        (str(manifest), bytes(octets))
        for manifest, octets in databases.execute(
            "cloud", "SELECT manifest, document FROM cloudstore_document"
        )
    ]
    aliases = [one for one in databases.aliases if one.startswith("srs")]
    dealt, answers, points = {}, {}, set()
    for index, alias in enumerate(aliases, start=1):
        rows = databases.execute(alias, "SELECT `partition`, d FROM srs_delegation")
        dealt[index] = [(str(name), bytes(d)) for name, d in rows]
        kept = "SELECT answer FROM srs_accessrequest WHERE answer IS NOT NULL"
        answers[index] = [str(answer) for (answer,) in databases.execute(alias, kept)]
        for sql in ("SELECT r FROM srs_rparameter", "SELECT a FROM srs_partitionkey"):
            points |= {bytes(octets) for (octets,) in databases.execute(alias, sql)}
    return Holdings(nodes, threshold, stored, dealt, points, answers)


@dataclass(frozen=True)
class Attacker:
    """Somebody's keys, and what was seized."""

    keys: MemberKeys
    holdings: Holdings

    def opened(self) -> Opened:
        """The records and partitions that some candidate key opens."""
        encapsulated = list(self._encapsulated())
        found: Opened = set()
        for jws, octets in self.holdings.stored:
            manifest = statements.payload_of_unverified(jws)
            parts = document.parse_document(octets, manifest)
            found |= {
                (str(manifest["record"]), name)
                for name in manifest["partitions"]
                if self._opens(manifest, name, parts[name], encapsulated)
            }
        return found

    def _opens(
        self, manifest: Mapping, name: str, part: document.EncryptedPart, encapsulated: list[GT]
    ) -> bool:
        entry = manifest["partitions"][name]
        context = pre.Context(
            manifest["deployment"], manifest["owner"], manifest["record"], manifest["version"], name,
            entry["epoch"], b64u_decode(entry["rh"]),
        )  # fmt: skip
        candidates = itertools.chain(
            (pre.derive_keys(one, context)[0] for one in encapsulated),
            self._unwrapped(manifest["partitions"], part),
        )
        return any(_fits(key, entry, part) for key in candidates)

    def _unwrapped(self, names: Mapping, part: document.EncryptedPart) -> Iterator[bytes]:
        for name in names:
            try:
                yield envelope.unwrap_key(self.keys.partition(name, 1).wrap, part.wrapped)
            except CryptoError:
                continue

    def _encapsulated(self) -> Iterator[GT]:
        """Everything in GT that rows and seed yield: pairings, raised, rooted and combined."""
        secret = self.keys.receive_secret
        for element in self._paired():
            yield from (element, element.power(secret), element.root(secret))

    def _paired(self) -> Iterator[GT]:
        points = [decode_g1(octets) for octets in self.holdings.points]
        for rows in self.holdings.dealt.values():
            known = [*(decode_g2(d) for _, d in rows), self.keys.receive_public, G2_GENERATOR]
            yield from (pair(r, d) for r, d in itertools.product(points, known))
        yield from self._combined()
        yield from self._answered()
        yield gt.Z

    def _answered(self) -> Iterator[GT]:
        """Every T that the nodes still keep, combined for each pair as its user would."""
        shares: dict[tuple[str, str], dict[int, GT]] = {}
        for index, kept in self.holdings.answers.items():
            for jws in kept:
                for item in statements.payload_of_unverified(jws)["items"]:
                    for one in item["partitions"]:
                        if one["answer"] is not None:
                            place = shares.setdefault((item["record"], one["partition"]), {})
                            place[index] = gt.decode_gt(b64u_decode(one["answer"]))
        yield from (self._combine(one) for one in shares.values() if self._enough(one))

    def _combined(self) -> Iterator[GT]:
        """T of every R with the keys of t or more nodes, interpolated at 0."""
        by_partition: dict[str, dict] = {}
        for index, rows in self.holdings.dealt.items():
            for name, d in rows:
                by_partition.setdefault(name, {})[index] = decode_g2(d)
        for octets in self.holdings.points:
            for shares in filter(self._enough, by_partition.values()):
                yield self._combine({i: pair(decode_g1(octets), d) for i, d in shares.items()})

    def _enough(self, shares: Mapping) -> bool:
        return len(shares) >= self.holdings.threshold

    def _combine(self, answers: dict[int, GT]) -> GT:
        holdings, secret = self.holdings, self.keys.receive_secret
        return pre.combine(secret, holdings.nodes, holdings.threshold, answers)


def _fits(key: bytes, entry: Mapping, part: document.EncryptedPart) -> bool:
    try:
        envelope.open_partition(key, entry, part.cipher_octets)
    except CryptoError:
        return False
    return True
