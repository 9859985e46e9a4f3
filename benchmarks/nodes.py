"""`python -m benchmarks.nodes --output FILE`: what a key node does, against what its library could do.

One run: 100 pairs decoded, re-encrypted and encoded beside 100 bare pairings; a grant and its taking back at
an owner with 10, 1,000 and 100,000 records; a node of a real cluster, on MariaDB and over HTTP, under
openings of 100 pairs. Exits with 1 when a promise is not kept.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from py_arkworks_bls12381 import GT as RAW_GT
from py_arkworks_bls12381 import G1Point, G2Point

from benchmarks import machine, rows
from benchmarks.timing import Limits, Series, in_turns, seconds_of
from sesphr.crypto import pre
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.groups import decode_g1, decode_g2
from tests.support.cluster import running

LEAST_SHARE = 0.90
# What of a node's CPU time must go into pairings, and how much more than one core two openings at once use.
LEAST_OF_NODE, LEAST_CORES = 0.75, 1.2
RECORDS = (10, 1000, 100_000)
# A grant at the most records may take so much longer than one at the fewest: what a busy machine adds.
MOST_GROWTH = 1.25
AT_ONCE = 5000
PART = "medical"
HEAD = """# A key node

Written by `make bench`; do not edit. Everything ran in turns, one round after another, in one process.
"""


def _batch(pairs: list[tuple[bytes, bytes]]) -> list[bytes]:
    """100 pairs of one owner's partition: R decoded strictly, D decoded once, e(R, D), its octets."""
    known: dict[bytes, Any] = {}
    found = []
    for r, d in pairs:
        if d not in known:
            known[d] = decode_g2(d)
        found.append(pre.reencrypt(decode_g1(r), known[d]).encode())
    return found


def reencryption() -> dict[str, Series]:
    """Seconds for 100: `bare` pairings of the library, and `batch` as a node makes them."""
    secret = pre.random_scalar()
    d = pre.multiply(pre.G2_GENERATOR, secret).encode()
    drawn = (
        pre.multiply(pre.G1_GENERATOR, pre.random_scalar()).encode() for _ in range(rows.PAIRS)
    )
    pairs = [(r, d) for r in drawn]
    raw = [(G1Point.from_compressed_bytes(r), G2Point.from_compressed_bytes(d)) for r, d in pairs]
    return in_turns(
        {
            "bare": lambda: seconds_of(lambda: [RAW_GT.pairing(r, d) for r, d in raw]),
            "batch": lambda: seconds_of(lambda: _batch(pairs)),
        },
        Limits(31, 60),
    )


class Owner:
    """An owner with so many records at a node, and somebody to whom a partition is given and taken."""

    def __init__(self, node: Any, records: int) -> None:
        """Deposit one record through the port and copy its rows."""
        from tests.support.endpoints import Endpoint, element  # noqa: PLC0415

        self._node = node
        self._owner, self._user = Endpoint(), Endpoint()
        for made, parts in ((self._owner, (PART,)), (self._user, ())):
            node.register(made.registration(parts))
            node.activate(made.id, "owner" if parts else "physician")
        node.deposit(self._owner.deposit_for(self._owner.seal({PART: element(PART)}), 1))
        _copy_records(self._owner.id, records - 1)

    def granted(self) -> float:
        """Seconds until the node has given its receipt for a grant; taken back afterwards."""
        seconds = self._grant()
        self._revoke()
        return seconds

    def revoked(self) -> float:
        """The same for taking back what was given before."""
        self._grant()
        return self._revoke()

    def _grant(self) -> float:
        acl = self._owner.acl([self._owner.rule(self._user, (PART,))])
        return self._set(acl, self._owner.deal(acl, [(self._user, PART)]))

    def _revoke(self) -> float:
        return self._set(self._owner.acl([]), None)

    def _set(self, acl: str, deal: str | None) -> float:
        seconds = seconds_of(lambda: self._node.set_acl(acl, deal))
        self._owner.acl_head = acl
        return seconds


def _copy_records(owner: str, count: int) -> None:
    """Rows as so many more deposits would have left them."""
    from srs.models import Record, RParameter, Version  # noqa: PLC0415

    first = Version.objects.select_related("record").get(record__owner=owner)
    parameter = RParameter.objects.get(version=first)
    ids = (uuid.uuid4() for _ in range(count))
    while some := list(islice(ids, AT_ONCE)):
        Record.objects.bulk_create(
            Record(id=one, owner_id=owner, date=first.record.date, head=1) for one in some
        )
        versions = Version.objects.bulk_create(_version(first, one) for one in some)
        RParameter.objects.bulk_create(_parameter(parameter, one) for one in versions)


def _version(first: Any, record: uuid.UUID) -> Any:
    members = {
        name: getattr(first, name) for name in ("version", "manifest", "accepted", "receipt")
    }
    return type(first)(record_id=record, digest=b64u_encode(record.bytes + record.bytes), **members)


def _parameter(first: Any, version: Any) -> Any:
    return type(first)(version=version, partition=first.partition, epoch=first.epoch, r=first.r)


def grants() -> dict[str, Series]:
    """Seconds of a grant and of its taking back, at each number of records."""
    from sesphr.adapters import get_srs_nodes  # noqa: PLC0415  (needs settings)

    cases: dict[str, Callable[[], float]] = {}
    for records in RECORDS:
        owner = Owner(get_srs_nodes()[0], records)
        cases[f"grant {records}"] = owner.granted
        cases[f"revoke {records}"] = owner.revoked
    return in_turns(cases, Limits(21, 120))


def over_http(folder: Path) -> dict[str, Any]:
    """What a node of a cluster burns under openings; see `benchmarks.nodes_http`."""
    with running(folder) as cluster:
        variables = {**os.environ, **cluster.variables("portal")}
        command = [sys.executable, "-m", "benchmarks.nodes_http", str(cluster.pid("srs-1"))]
        done = subprocess.run(command, env=variables, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def shares(node: dict[str, Any]) -> tuple[float, float]:
    """Of the node's CPU time the part that bare pairings take; cores used with two openings at once."""
    of_node = node["pairs"] * node["one"]["bare"] / node["one"]["cpu"]
    return of_node, node["two"]["cpu"] / node["two"]["wall"]


def failures(
    pairings: dict[str, Series], lists: dict[str, Series], node: dict[str, Any]
) -> Iterable[str]:
    """What was promised and is not so."""
    share = pairings["bare"].median / pairings["batch"].median
    if share < LEAST_SHARE:
        yield f"a batch runs at {share:.1%} of the bare pairing rate, less than {LEAST_SHARE:.0%}"
    of_node, cores = shares(node)
    if of_node < LEAST_OF_NODE:
        yield f"pairings take {of_node:.0%} of a node's CPU time, less than {LEAST_OF_NODE:.0%}"
    if cores < LEAST_CORES:
        yield f"two openings at once use {cores:.2f} cores"
    for verb in ("grant", "revoke"):
        few, many = (lists[f"{verb} {records}"].median for records in (RECORDS[0], RECORDS[-1]))
        if many > few * MOST_GROWTH:
            yield f"{verb}: {many * 1000:.1f} ms at {RECORDS[-1]:,} records, {few * 1000:.1f} ms at {RECORDS[0]:,}"


def report(
    pairings: dict[str, Series],
    lists: dict[str, Series],
    node: dict[str, Any],
    facts: dict[str, str],
) -> str:
    """The figures in Markdown."""
    bare, batch = pairings["bare"], pairings["batch"]
    of_node, cores = shares(node)
    lines = [
        HEAD, *(f"- {name}: {text}" for name, text in facts.items()), "", "## Re-encryption\n",
        "| 100 pairs | ms (lower to upper quartile) | a second |", "|---|---:|---:|",
        *(f"| {title} | {_ms(one)} | {rows.PAIRS / one.median:,.0f} |" for title, one in
          (("bare pairings of the library", bare), ("R decoded, e(R, D), encoded; D decoded once", batch))),
        "", (f"A batch runs at **{bare.median / batch.median:.1%}** of the bare pairing rate (at least"
        f" {LEAST_SHARE:.0%} is promised)."), "", "## A node of a cluster\n", (
            f"{node['pairs']:,} pairs, 100 a request, over mutual TLS to one node on MariaDB: events, log,"
            f" signatures and tickets included. As many bare pairings, timed between the requests, are **{of_node:.0%}** of the node's CPU time"
            f" (at least {LEAST_OF_NODE:.0%} is promised). One caller gets"
            f" {node['pairs'] / node['one']['wall']:,.0f} pairs a second, two at once"
            f" {node['pairs'] / node['two']['wall']:,.0f}; the node then uses {cores:.2f} cores."
        ), "", "## Granting and taking back\n",
        "| records of the owner | grant, ms | taking back, ms |", "|---:|---:|---:|",
        *(f"| {records:,} | {_ms(lists[f'grant {records}'])} | {_ms(lists[f'revoke {records}'])} |"
          for records in RECORDS), "",
    ]  # fmt: skip
    return "\n".join(lines)


def _ms(series: Series) -> str:
    lower, upper = series.quartiles
    return f"{series.median * 1000:.1f} ({lower * 1000:.1f} to {upper * 1000:.1f})"


def main(arguments: list[str]) -> int:
    """Measure and write; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nodes", description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="the report, in Markdown")
    output: Path = parser.parse_args(arguments).output
    data = Path(os.environ.get("SESPHR_DATA", "var")).resolve()
    started, load = time.monotonic(), machine.load()
    with tempfile.TemporaryDirectory(prefix="bench-nodes-", dir=data) as folder:
        rows.start(Path(folder) / "data")
        pairings, lists = reencryption(), grants()
        node = over_http(Path(folder) / "cluster")
        facts = machine.describe("not used", rows.filesystem(Path(folder)))
    facts["load"] = f"{load} before, {machine.load()} after"
    facts["duration"] = f"{(time.monotonic() - started) / 60:.1f} minutes"
    output.write_text(report(pairings, lists, node, facts), encoding="utf-8")
    for failure in (found := list(failures(pairings, lists, node))):
        print(f"benchmarks.nodes: {failure}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
