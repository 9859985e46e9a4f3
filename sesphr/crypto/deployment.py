"""The signed configuration of a deployment as whoever verified it reads it (protocol section 2).

It says who the nodes and the log are; clients pin it, servers compare their settings with it.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from sesphr.crypto.encoding import b64u_decode, b64u_encode, dec, lp
from sesphr.crypto.statements import Verified


@dataclass(frozen=True)
class Node:
    """An SRS node as the configuration names it; keys are raw 32 octets."""

    index: int
    id: str
    verification: bytes
    hpke: bytes


@dataclass(frozen=True)
class Deployment:
    """A verified configuration; `digest` is its name (b64u), `jws` the statement itself."""

    id: str
    n: int
    t: int
    nodes: tuple[Node, ...]
    log_name: str
    log_key: bytes
    operator_key: bytes
    digest: str
    jws: str

    def node(self, index: int) -> Node:
        """The node with this index, 1 .. n."""
        return self.nodes[index - 1]

    def node_keys(self) -> dict[str, bytes]:
        """Verification keys of all nodes by id: a directory for `statements.verify`."""
        return {node.id: node.verification for node in self.nodes}

    @property
    def group(self) -> str:
        """The digest (b64u) of who shares: n, t and the nodes in order.

        What was dealt to one group is of no use to another one, whatever else of the
        configuration changes.
        """
        return self.groups[0]

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """This group, and those that it can have grown from: the first nodes, the same t.

        What one of those was dealt still opens by t of its nodes, until the owner deals it to all.
        """
        return tuple(self._group_of(n) for n in range(self.n, self.t - 1, -1))

    def _group_of(self, n: int) -> str:
        named = lp(dec(n), dec(self.t), *(node.id.encode() for node in self.nodes[:n]))
        return b64u_encode(hashlib.sha256(named).digest())

    def index_of(self, node: str) -> int:
        """The index of a node id that `node_keys` holds."""
        return next(one.index for one in self.nodes if one.id == node)


def of_configuration(checked: Verified, operator_key: bytes) -> Deployment:
    """Read a `sesphr-deployment` statement that was verified with the operator's key (32 octets)."""
    payload = checked.payload
    nodes = tuple(
        Node(one["index"], one["id"], b64u_decode(one["verification"]), b64u_decode(one["hpke"]))
        for one in payload["nodes"]
    )
    return Deployment(
        payload["deployment"], payload["n"], payload["t"], nodes, payload["log"]["name"],
        b64u_decode(payload["log"]["key"]), operator_key,
        b64u_encode(hashlib.sha256(checked.octets).digest()), checked.jws,
    )  # fmt: skip
