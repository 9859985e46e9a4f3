"""Settling what waits at the cloud: the receipt of a deposit may be lost after the nodes committed it.

The portal dies, or the cloud is away, between the two, and the endpoint may never send again. The
cloud removes no document until every node has said that it never took it; here they are asked.
"""

import logging
from dataclasses import dataclass

from phr.relay import nodes, said_by
from sesphr import fanout
from sesphr.adapters import get_cloud
from sesphr.ports.errors import IntegrityFailure
from sesphr.ports.srs import SrsNode

logger = logging.getLogger("sesphr.phr")


@dataclass
class Settled:
    """Of the documents that waited: how many are kept from now on, how many no node knows, and
    how many wait on, because a node could not be asked or something of them is missing."""

    kept: int = 0
    unknown: int = 0
    left: int = 0


def settle() -> Settled:
    """Ask all nodes about every document that waits.

    Raises:
        PortError: the cloud is out of reach; what was settled stays settled.
    """
    cloud, settled = get_cloud(), Settled()
    page = cloud.waiting()
    while page:
        _settle(page, settled)
        page = cloud.waiting(page[-1])
    return settled


def _settle(page: tuple[str, ...], settled: Settled) -> None:
    found = fanout.gather(lambda node: _receipts(node, page), len(nodes()))
    receipts: dict[str, list[str]] = {}
    for name, receipt in (one for named in found.in_order() for one in named.items()):
        receipts.setdefault(name, []).append(receipt)
    # Any node's will do: a wrong one of another takes nothing away.
    kept = sum(any(map(_noted, given)) for given in receipts.values())
    silent = found.failures or len(found.answers) < len(nodes())
    unknown = [] if silent else [name for name in page if name not in receipts]
    get_cloud().unknown(unknown)
    settled.kept += kept
    settled.unknown += len(unknown)
    settled.left += len(page) - kept - len(unknown)


def _noted(receipt: str) -> bool:
    try:
        get_cloud().note([receipt])
    except IntegrityFailure as failure:
        logger.error("a committed deposit cannot be kept: %s", failure)
        return False
    return True


def _receipts(node: SrsNode, asked: tuple[str, ...]) -> dict[str, str]:
    """A node's receipts by what they are of.

    Raises:
        IntegrityFailure: one is not its own, or of something else than it was asked about.
    """
    found = {}
    for receipt in node.committed(asked):
        payload = said_by(node, receipt, "sesphr-receipt")
        if payload["kind"] != "deposit" or payload["object"] not in asked:
            raise IntegrityFailure(f"Key node {node.index} gave a receipt for something else.")
        found[payload["object"]] = receipt
    return found
