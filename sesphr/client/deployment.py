"""Whom this client talks to: the signed configuration, pinned at first contact.

At the first contact with an address the operator's key and the configuration are
taken on trust; from then on another key or another configuration stops every command.
"""

import hashlib
from dataclasses import dataclass

from sesphr.client.answers import DeploymentAnswer
from sesphr.client.errors import IntegrityError, ServerError
from sesphr.client.home import Home
from sesphr.client.http import Api
from sesphr.client.statement import verify
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError

PINS = "deployments"


@dataclass(frozen=True)
class Node:
    """An SRS node; keys are raw 32 octets."""

    index: int
    id: str
    verification: bytes
    hpke: bytes


@dataclass(frozen=True)
class Deployment:
    """A verified configuration; `digest` is its name (b64u)."""

    id: str
    n: int
    t: int
    nodes: tuple[Node, ...]
    log_name: str
    log_key: bytes
    operator_key: bytes
    digest: str

    def node_keys(self) -> dict[str, bytes]:
        """Verification keys by node id."""
        return {node.id: node.verification for node in self.nodes}

    def index_of(self, node: str) -> int:
        """The index of a node id that `node_keys` holds."""
        return next(one.index for one in self.nodes if one.id == node)


def read(answer: DeploymentAnswer) -> Deployment:
    """Check a configuration against the operator's key that came with it.

    Raises:
        ServerError: it cannot be read. IntegrityError: the signature is wrong.
    """
    try:
        key = b64u_decode(answer.operator_key, 32)
        claimed = statements.payload_of_unverified(answer.configuration)
        issuer, name = str(claimed["iss"]), str(claimed["deployment"])
    except (CryptoError, KeyError) as error:
        raise ServerError("This is not a SeSPHR server, or another version.") from error
    checked = verify(
        answer.configuration, typ="sesphr-deployment", deployment=name, directory={issuer: key},
        what="The server's configuration",
    )  # fmt: skip
    return _described(checked, key)


def _described(checked: statements.Verified, operator_key: bytes) -> Deployment:
    payload = checked.payload
    return Deployment(
        id=payload["deployment"],
        n=payload["n"],
        t=payload["t"],
        nodes=tuple(
            Node(
                one["index"], one["id"], b64u_decode(one["verification"]), b64u_decode(one["hpke"])
            )
            for one in payload["nodes"]
        ),
        log_name=payload["log"]["name"],
        log_key=b64u_decode(payload["log"]["key"]),
        operator_key=operator_key,
        digest=b64u_encode(hashlib.sha256(checked.octets).digest()),
    )


def pinned(api: Api, home: Home, server: str) -> Deployment:
    """The server's deployment, which is the one that HOME knows under this address.

    Raises:
        IntegrityError: operator key or configuration changed.
    """
    found = read(api.get(DeploymentAnswer, "/deployment"))
    pin = {"operator_key": b64u_encode(found.operator_key), "configuration": found.digest}
    known = home.read(PINS).get(server)
    if known is None:
        home.update(PINS, **{server: pin})
    elif known != pin:
        raise IntegrityError(
            f"STOP: {server} is not the deployment that it was. Its operator's key or its "
            "configuration changed. Ask the operator, by another way than this server, before you "
            f"go on; then remove its entry from {home.path / PINS}.json."
        )
    return found
