"""One key node of a cluster asked by itself, as the portal asks it, so that no other answers in its place."""

import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sesphr import tls
from sesphr.adapters.codec import calls
from sesphr.adapters.failures import decode_failure
from sesphr.adapters.line import FAILURE, KEY, MESSAGE, key_of
from sesphr.client import access, statement
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.keys import MemberKeys
from sesphr.crypto.statements import payload_of_unverified
from sesphr.ports.errors import Unavailable
from tests.support.cluster import Cluster
from tests.support.people_cli import Person
from tests.system.capturing import deployment_of, seed_of
from tests.system.cluster_place import system_of

SECONDS = 15
# How long a node may take to hear the others.
PATIENCE = 30


def ask(cluster: Cluster, node: str, method: str, **arguments: Any) -> Any:
    """What a node answers the portal.

    Raises:
        PortError: what it says instead. httpx.HTTPError: it says nothing.
    """
    one = calls()["srs", method]
    body = one.encode_arguments(arguments)
    pinned = tls.certificate_path(cluster.layout.folder(node)).read_text()
    context = tls.calling(cluster.layout.folder("portal"), pinned)
    with httpx.Client(verify=context, trust_env=False, timeout=SECONDS) as client:
        found = client.post(
            f"{cluster.layout.url(node)}/port/srs/{method}", content=body,
            headers={KEY: key_of(one, body), "Content-Type": MESSAGE},
        )  # fmt: skip
    if found.headers["Content-Type"] == FAILURE:
        raise decode_failure(found.content)
    assert found.status_code == 200, found
    return one.decode_answer(found.content)


@dataclass(frozen=True)
class Asker:
    """Somebody who asks single nodes for a partition of a record, with their own signature."""

    cluster: Cluster
    deployment: str
    member: str
    keys: MemberKeys

    @classmethod
    def of(cls, cluster: Cluster, person: Person, folder: Path) -> "Asker":
        """The asker that somebody is; their seed comes out of their slot, by their password."""
        system = system_of(cluster, folder)
        seed, _ = seed_of(system, person.login, person.password)
        member = str(person.ok("whoami")["member"])
        place = str(deployment_of(system)["deployment"])
        return cls(cluster, place, member, MemberKeys.from_seed(seed))

    def allows(self, node: str, record: str, partition: str = "medical") -> bool:
        """Whether a node re-encrypts for them now; each time a request of its own.

        Raises:
            Unavailable: it does not answer yet. Refused: they are no member there.
        """
        octets = statement.payload(
            self.deployment, self.member, nonce=b64u_encode(secrets.token_bytes(16)),
            purpose=access.PURPOSE, items=[{"record": record, "partitions": [partition]}],
        )  # fmt: skip
        request = statement.sign(self.keys, "sesphr-access-request", octets)
        found = ask(self.cluster, node, "access", request=request, cosigns=())
        [item] = payload_of_unverified(found.answer)["items"]
        [one] = item["partitions"]
        assert (one["decision"] == "allow") == (one["answer"] is not None)
        return bool(one["decision"] == "allow")

    def first_answer(self, node: str, record: str) -> bool:
        """What a node that is catching up says at the first moment at which it says anything."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.allows(node, record)
            except Unavailable as error:
                if error.code != "catching-up" or time.monotonic() > deadline:
                    raise
            time.sleep(0.05)
