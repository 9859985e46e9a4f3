"""Re-encryption at an SRS node, on rows that its own services stored in SQLite.

Everything goes through the node's port and services as in a running server; the
databases are new ones in a folder of their own, and the disk is that folder's.
"""

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from py_arkworks_bls12381 import GT as RAW_GT
from py_arkworks_bls12381 import G1Point, G2Point

from benchmarks.timing import seconds_of
from sesphr.crypto import pre
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.groups import decode_g1, decode_g2
from sesphr.crypto.gt import from_library

PAIRS = 100
NAMES = ("personal", "medical", "insurance", "prescription")
Cases = dict[str, Callable[[], float]]


def start(data: Path) -> None:
    """Django on fresh databases below `data`, with keys and a deployment of one node."""
    for name in [name for name in os.environ if name.startswith("SESPHR_")]:
        del os.environ[name]
    os.environ.update(SESPHR_DATA=str(data), DJANGO_SETTINGS_MODULE="sesphr.settings.test")
    django.setup()
    from sesphr import clock, deployment  # noqa: PLC0415  (needs settings)

    call_command("migrate_all", verbosity=0)
    deployment.create(clock.now())


def filesystem(folder: Path) -> str:
    """The kind of file system that holds a folder."""
    command = ["df", "--output=fstype", str(folder)]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return found.split()[-1]


class Rows:
    """One owner with 25 records of four partitions and 100 owners with one each; one user."""

    def __init__(self) -> None:
        """Store them all through the node's port."""
        # Imported here: models need Django's settings.
        from sesphr.adapters import get_srs_nodes  # noqa: PLC0415
        from srs.context import Node  # noqa: PLC0415
        from srs.models import Member  # noqa: PLC0415
        from tests.support.endpoints import Endpoint  # noqa: PLC0415

        self._make, self._srs, self._node = Endpoint, get_srs_nodes()[0], Node(1)
        self._user = self._member(())
        self._row = Member.objects.using(self._node.alias).get(pk=self._user.id)
        self._one_owner = self._deposited(25, NAMES)
        self._owners: dict[str, tuple[str, ...]] = {}
        for _ in range(PAIRS):
            self._owners.update(self._deposited(1, NAMES[1:2]))

    def _member(self, partitions: tuple[str, ...]) -> Any:
        made = self._make()
        self._srs.register(made.registration(partitions))
        self._srs.activate(made.id, "owner" if partitions else "physician")
        return made

    def _deposited(self, records: int, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """An owner's records, granted to the user: record id to partitions."""
        from sesphr.crypto import statements  # noqa: PLC0415
        from tests.support.endpoints import element  # noqa: PLC0415

        owner = self._member(names)
        made = {}
        for _ in range(records):
            sealed = owner.seal({name: element(name) for name in names})
            self._srs.deposit(owner.deposit_for(sealed, 1))
            made[statements.payload_of_unverified(sealed.manifest)["record"]] = names
        acl = owner.acl([owner.rule(self._user, names)])
        self._srs.set_acl(acl, owner.deal(acl, [(self._user, name) for name in names]))
        return made

    def _decisions(self, items: dict[str, tuple[str, ...]]) -> list[Any]:
        from sesphr import clock  # noqa: PLC0415
        from srs.decisions import Docket, decide  # noqa: PLC0415

        docket = Docket(self._node, items)
        found = [
            one
            for record, names in items.items()
            for one in decide(docket, self._row, record, names, "treatment", clock.now())
        ]
        if len(found) != PAIRS or not all(one.allowed for one in found):
            raise RuntimeError("the pairs to measure are not all allowed")
        return found

    def _stored(self, decisions: list[Any]) -> list[tuple[bytes, bytes]]:
        """(R, D) of each pair, as the rows hold them."""
        from srs.models import Delegation, RParameter  # noqa: PLC0415

        alias, pairs = self._node.alias, []
        for one in decisions:
            r = RParameter.objects.using(alias).get(
                version__digest=one.manifest, partition=one.partition
            )
            d = Delegation.objects.using(alias).get(
                owner=one.owner, user=self._row, partition=one.partition, epoch=r.epoch
            )
            pairs.append((bytes(r.r), bytes(d.d)))
        return pairs

    def cases(self) -> Cases:
        """Every case answers seconds for 100 pairs, but those named for one."""
        own, many = self._decisions(self._one_owner), self._decisions(self._owners)
        pairs = self._stored(own)
        self._check(own, pairs)
        raw = [
            (G1Point.from_compressed_bytes(r), G2Point.from_compressed_bytes(d)) for r, d in pairs
        ]
        return {
            "pairing": lambda: seconds_of(lambda: [RAW_GT.pairing(r, d) for r, d in raw]),
            "kernel": lambda: seconds_of(lambda: _kernel(pairs)),
            "kernel_threads": lambda: seconds_of(lambda: _kernel_in_threads(pairs)),
            "rows_single": lambda: seconds_of(lambda: [self._batch([one]) for one in own]),
            "rows_batch": lambda: seconds_of(lambda: self._batch(own)),
            "rows_batch_owners": lambda: seconds_of(lambda: self._batch(many)),
            "access_batch": lambda: self._access(self._one_owner),
            "access_batch_owners": lambda: self._access(self._owners),
            "access_single": lambda: self._access(dict(list(self._owners.items())[:1])),
            **_steps(pairs, raw),
        }

    def _batch(self, decisions: list[Any]) -> dict[Any, str]:
        from srs.services import access  # noqa: PLC0415

        return access.reencrypt_all(self._node, self._row, decisions)

    def _check(self, decisions: list[Any], pairs: list[tuple[bytes, bytes]]) -> None:
        """The batch gives what the kernel gives, pair by pair."""
        expected = [b64u_encode(octets) for octets in _kernel(pairs)]
        if list(self._batch(decisions).values()) != expected:
            raise RuntimeError("a batch differs from its pairs one by one")

    def _access(self, items: dict[str, tuple[str, ...]]) -> float:
        request = self._user.access_request(items)
        found: list[Any] = []
        seconds = seconds_of(lambda: found.append(self._srs.access(request)))
        if found[0].answer.count(".") != 2 or not found[0].proofs:
            raise RuntimeError("an access request was not answered")
        return seconds


def _reencrypted(pair: tuple[bytes, bytes]) -> bytes:
    return pre.reencrypt(decode_g1(pair[0]), decode_g2(pair[1])).encode()


def _kernel(pairs: list[tuple[bytes, bytes]]) -> list[bytes]:
    """R and D decoded strictly, e(R, D), and its octets."""
    return [_reencrypted(pair) for pair in pairs]


def _kernel_in_threads(pairs: list[tuple[bytes, bytes]]) -> list[bytes]:
    """The same in two threads: the library gives up Python's lock while it pairs."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(_reencrypted, pairs))


def _steps(pairs: list[tuple[bytes, bytes]], raw: list[tuple[Any, Any]]) -> Cases:
    elements = [RAW_GT.pairing(r, d) for r, d in raw]
    octets = [from_library(one).encode() for one in elements]
    return {
        "decode_r": lambda: seconds_of(lambda: [decode_g1(r) for r, _ in pairs]),
        "decode_d": lambda: seconds_of(lambda: [decode_g2(d) for _, d in pairs]),
        "gt_octets": lambda: seconds_of(lambda: [from_library(e).encode() for e in elements]),
        "base64url": lambda: seconds_of(lambda: [b64u_encode(one) for one in octets]),
    }
