"""Which ports cross between servers over HTTP, and which peer may call what.

One POST a call, to /port/PORT/METHOD. How arguments and answers become octets
follows from the protocols' type hints (`sesphr.adapters.codec`).
"""

import inspect
import re

from sesphr.ports.audit import Log
from sesphr.ports.cloudstore import Cloud
from sesphr.ports.srs import SrsNode

# By the role whose process answers them.
PORTS: dict[str, type] = {"srs": SrsNode, "cloud": Cloud, "audit": Log}
SERVER = re.compile(r"portal|cloud|audit|srs-([1-9]|1[0-6])")
# What one key node may ask another: what it missed.
AMONG_NODES = frozenset({"journal"})
# Removing what nobody refers to is the cloud's own timer's business.
NOBODY = {("cloud", "collect")}
# Read by the node's own process, never across.
NODES_MAY_LOG = frozenset({"append", "prove", "stream_length", "checkpoint"})


def methods(port: str) -> tuple[str, ...]:
    """The names of a port's methods, in the order in which its protocol has them."""
    members = vars(PORTS[port]).items()
    return tuple(
        name for name, one in members if inspect.isfunction(one) and not name.startswith("_")
    )


def may_call(peer: str, port: str, method: str) -> bool:
    """Whether a server, by its name, may call a method of a port at another server."""
    if (port, method) in NOBODY or not SERVER.fullmatch(peer):
        return False
    if peer == "portal":
        return (port, method) not in {("srs", one) for one in AMONG_NODES}
    if peer.startswith("srs-"):
        allowed = {"srs": AMONG_NODES, "audit": NODES_MAY_LOG}
        return method in allowed.get(port, frozenset())
    return False
