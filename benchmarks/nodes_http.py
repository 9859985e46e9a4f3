"""A node of a real cluster under openings: run with the portal's variables, as the portal calls it.

`python -m benchmarks.nodes_http PID`: prints JSON. `PID` is the node's gunicorn master; what its process
group burns is read from /proc. Everything crosses by mutual TLS to a node on MariaDB, 100 pairs a request.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import django
from py_arkworks_bls12381 import GT as RAW_GT

from sesphr.crypto import pre
from sesphr.crypto.groups import decode_g1, decode_g2

NAMES = ("personal", "medical", "insurance", "prescription")
RECORDS, REQUESTS = 25, 24
# So many pairings are timed beside each request.
BARE = 25
# CPU seconds a second of a node that is only asked whether there is news, and how long to wait for it.
QUIET, MOST_SECONDS = 0.1, 30
PAIRS = len(NAMES) * RECORDS


def burnt(group: int) -> float:
    """CPU seconds of all processes of a group so far."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[2]) == group:
            ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def drawn(count: int) -> list[tuple[Any, Any]]:
    """So many random points of G1, and one of G2, as a node has them of an owner's partition.

    Random, because the library is an eighth quicker at the generator of G1 than at other points.
    """
    base, secret = pre.G1_GENERATOR, pre.random_scalar
    d = decode_g2(pre.multiply(pre.G2_GENERATOR, secret()).encode()).raw
    return [(decode_g1(pre.multiply(base, secret()).encode()).raw, d) for _ in range(count)]


def bare_pairings(pairs: list[tuple[Any, Any]]) -> float:
    """CPU seconds of the library's pairings of these points."""
    start = time.thread_time()
    for r, d in pairs:
        RAW_GT.pairing(r, d)
    return time.thread_time() - start


def settle(group: int) -> None:
    """Wait until the node has nothing to do: it hears from the others what the scene did there."""
    for _ in range(MOST_SECONDS):
        before = burnt(group)
        time.sleep(1)
        if burnt(group) - before < QUIET:
            return


class Scene:
    """An owner with 100 pairs and a user who may open them, at every node."""

    def __init__(self) -> None:
        """Through the ports, as the portal does it."""
        from sesphr.adapters import get_srs_nodes  # noqa: PLC0415  (needs settings)
        from tests.support.endpoints import Endpoint, element  # noqa: PLC0415

        self._nodes = get_srs_nodes()
        owner, self._user = Endpoint(), Endpoint()
        for made, names in ((owner, NAMES), (self._user, ())):
            registration = made.registration(names)
            self._everywhere(lambda node, jws=registration: node.register(jws))
            role = "owner" if names else "physician"
            self._everywhere(lambda node, who=made.id, role=role: node.activate(who, role))
        self._items = {}
        for _ in range(RECORDS):
            sealed = owner.seal({name: element(name) for name in NAMES})
            self._everywhere(lambda node, s=sealed: node.deposit(owner.deposit_for(s, node.index)))
            self._items[_record(sealed.manifest)] = NAMES
        acl = owner.acl([owner.rule(self._user, NAMES)])
        deal = owner.deal(acl, [(self._user, name) for name in NAMES])
        self._everywhere(lambda node: node.set_acl(acl, deal))

    def _everywhere(self, call: Callable[..., Any]) -> None:
        for node in self._nodes:
            call(node)

    def opening(self, _: int = 0) -> None:
        """One request for all pairs, answered by the first node."""
        request = self._user.access_request(self._items)
        found = self._nodes[0].access(request)
        if len(found.answer) < PAIRS * 700:
            raise RuntimeError("the node did not answer every pair")


def _record(manifest: str) -> str:
    from sesphr.crypto import statements  # noqa: PLC0415

    return str(statements.payload_of_unverified(manifest)["record"])


def one_by_one(scene: Scene, group: int) -> dict[str, float]:
    """Wall and node's CPU seconds of all requests, and here those of one bare pairing.

    Pairings are timed here after each request, so that both meet the same machine; what the node
    does meanwhile counts as the node's.
    """
    pairs = drawn(BARE)
    before, wall, bare = burnt(group), 0.0, 0.0
    for _ in range(REQUESTS):
        start = time.perf_counter()
        scene.opening()
        wall += time.perf_counter() - start
        bare += bare_pairings(pairs)
    return {"wall": wall, "cpu": burnt(group) - before, "bare": bare / (BARE * REQUESTS)}


def at_once(scene: Scene, group: int, callers: int) -> dict[str, float]:
    """Wall and node's CPU seconds of all requests, so many callers at once."""
    before, start = burnt(group), time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(scene.opening, range(REQUESTS)))
    wall = time.perf_counter() - start
    return {"wall": wall, "cpu": burnt(group) - before}


def main(arguments: list[str]) -> int:
    """Print what was measured."""
    group = os.getpgid(int(arguments[0]))
    django.setup()
    scene = Scene()
    scene.opening()
    settle(group)
    found = {
        "pairs": PAIRS * REQUESTS, "one": one_by_one(scene, group), "two": at_once(scene, group, 2),
    }  # fmt: skip
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
