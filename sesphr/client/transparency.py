"""The audit log as a client checks it: checkpoints, inclusion, consistency with what was seen.

The log shows salted commitments only; that an event stands there, unchanged and once,
is computed here and never believed.
"""

from dataclasses import dataclass

from sesphr.client.answers.activity import Consistency
from sesphr.client.answers.opening import Proof
from sesphr.client.errors import IntegrityError
from sesphr.client.http import Api
from sesphr.crypto import log, merkle
from sesphr.crypto.deployment import Deployment
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import CryptoError


@dataclass(frozen=True)
class Checkpoint:
    """A tree that the log signed: number of leaves, root (32 octets), the note itself."""

    size: int
    root: bytes
    note: str


def checkpoint(deployment: Deployment, note: str) -> Checkpoint:
    """Check the log's signature on a checkpoint.

    Raises:
        IntegrityError: it is not the pinned log's.
    """
    try:
        size, root = log.verify_note(deployment.log_name, deployment.log_key, note)
    except CryptoError as error:
        raise IntegrityError(f"The log's checkpoint is not signed by the log ({error}).") from error
    return Checkpoint(size, root, note)


def check_inclusion(deployment: Deployment, entry: bytes, proof: Proof) -> Checkpoint:
    """Check that an entry (32 octets) is in the tree that a proof's checkpoint signs.

    Raises:
        IntegrityError: it is not.
    """
    tree = checkpoint(deployment, proof.checkpoint)
    if tree.size != proof.size:
        raise IntegrityError("A proof of the log is for another tree than its checkpoint.")
    try:
        path = [b64u_decode(node, 32) for node in proof.path]
        merkle.verify_inclusion(merkle.leaf_hash(entry), proof.index, proof.size, path, tree.root)
    except CryptoError as error:
        raise IntegrityError(f"An event is not in the log as the server says ({error}).") from error
    return tree


def check_consistency(
    api: Api, deployment: Deployment, first: Checkpoint, second: Checkpoint
) -> None:
    """Check that the tree `second` extends the tree `first`.

    Raises:
        IntegrityError: the log took something back, or shows two histories.
    """
    if first.size > second.size:
        raise IntegrityError("STOP: the log is shorter than it was.")
    if first.size == 0:
        return
    path: list[str] = []
    if first.size < second.size:
        path = api.get(Consistency, "/log/consistency", first=first.size, second=second.size).path
    try:
        nodes = [b64u_decode(node, 32) for node in path]
        merkle.verify_consistency(first.size, second.size, first.root, second.root, nodes)
    except CryptoError as error:
        raise IntegrityError(f"STOP: the log changed what it had recorded ({error}).") from error
