"""`LocalSrs`: the node as its port says, in this process. It only delegates."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sesphr.adapters import get_log
from sesphr.crypto import statements
from sesphr.ports.errors import PortError
from sesphr.ports.srs import (
    Access,
    Addable,
    AuthorityView,
    CredentialView,
    Deposit,
    EventView,
    JournalPage,
    Openable,
    Proposal,
    RecordView,
)
from sesphr.reachable import reachable
from srs import gate, journal, openable, proposals, selectors
from srs.context import Node
from srs.services import access, contributions, credentials, deposits, lists, membership, requests

logger = logging.getLogger("sesphr.srs")


class LocalSrs:
    """Implements `sesphr.ports.srs.SrsNode` over this node's own database."""

    def __init__(self, index: int) -> None:
        self.index = index
        self._node = Node(index)

    @contextmanager
    def _serving(self) -> Iterator[None]:
        """Answer only with all that the other nodes took; see `srs.catching_up`."""
        with reachable("key node"):
            gate.require_ready(self.index)
            yield

    def register(self, registration: str) -> str:
        """See the port."""
        with self._serving():
            return self._then_publish(registration, membership.register(self._node, registration))

    def registrations(self, member: str) -> tuple[str, ...]:
        """See the port."""
        with self._serving():
            return selectors.registrations(self._node, member)

    def activate(self, member: str, role: str) -> int:
        """See the port."""
        with self._serving():
            joined = membership.activate(self._node, member, role)
            self.publish(member)
            return joined

    def suspend(self, member: str) -> None:
        """See the port."""
        with self._serving():
            membership.suspend(self._node, member)
            self.publish(member)

    def depart(self, member: str) -> str:
        """See the port."""
        with self._serving():
            receipt = membership.depart(self._node, member)
            self.publish_owed()
            return receipt

    def deposit(self, deposit: Deposit) -> str:
        """See the port."""
        with self._serving():
            receipt = deposits.deposit(self._node, deposit)
            self._publish_contribution(deposit.manifest)
            return receipt

    def committed(self, digests: tuple[str, ...]) -> tuple[str, ...]:
        """See the port."""
        with self._serving():
            return selectors.committed(self._node, digests)

    def accept(self, statement: str) -> str:
        """See the port."""
        with self._serving():
            receipt = contributions.accept(self._node, statement)
            self._publish_answer(receipt)
            return receipt

    def erase(self, statement: str) -> str:
        """See the port."""
        with self._serving():
            receipt = contributions.erase(self._node, statement)
            self._publish_answer(receipt)
            return receipt

    def proposals(self, owner: str) -> tuple[Proposal, ...]:
        """See the port."""
        with self._serving():
            return proposals.proposals(self._node, owner)

    def addable(self, member: str, owner: str | None = None) -> tuple[Addable, ...]:
        """See the port."""
        with self._serving():
            return proposals.addable(self._node, member, owner)

    def wrote_for(self, author: str, reader: str) -> bool:
        """See the port."""
        with self._serving():
            return proposals.wrote_for(self._node, author, reader)

    def set_acl(self, acl: str, deal: str | None) -> str:
        """See the port."""
        with self._serving():
            return self._then_publish(acl, lists.set_acl(self._node, acl, deal))

    def acl(self, owner: str) -> str | None:
        """See the port."""
        with self._serving():
            return selectors.acl(self._node, owner)

    def lists(self, owner: str) -> tuple[str, ...]:
        """See the port."""
        with self._serving():
            return selectors.lists(self._node, owner)

    def standing(self, owner: str) -> tuple[tuple[str, int], ...]:
        """See the port."""
        with self._serving():
            return selectors.standing_shares(self._node, owner)

    def key_request(self, request: str) -> str:
        """See the port."""
        with self._serving():
            receipt = requests.key_request(self._node, request)
            self.publish(statements.payload_of_unverified(request)["owner"])
            return receipt

    def access(self, request: str, cosigns: tuple[str, ...] = ()) -> Access:
        """See the port."""
        with self._serving():
            return access.access(self._node, request, cosigns)

    def records(self, asker: str, owner: str | None = None) -> tuple[RecordView, ...]:
        """See the port."""
        with self._serving():
            return selectors.records(self._node, asker, owner)

    def openable(self, asker: str, owner: str) -> tuple[Openable, ...]:
        """See the port."""
        with self._serving():
            return openable.openable(self._node, asker, owner)

    def delegates(self, owner: str) -> tuple[tuple[str, str, int], ...]:
        """See the port."""
        with self._serving():
            return selectors.delegates(self._node, owner)

    def givers(self, member: str) -> tuple[str, ...]:
        """See the port."""
        with reachable("key node"):
            return selectors.givers(self._node, member)

    def events(self, member: str, after: int = 0) -> tuple[EventView, ...]:
        """See the port."""
        with self._serving():
            return self._node.events.views(member, get_log(), after)

    def stream(self, member: str) -> str | None:
        """See the port."""
        with self._serving():
            return self._node.events.stream(member)

    def present(self, credential: bytes) -> str:
        """See the port."""
        with self._serving():
            member, receipt = credentials.present(self._node, credential)
            self.publish(member)
            return receipt

    def credential(self, member: str) -> CredentialView | None:
        """See the port."""
        with self._serving():
            return selectors.credential(self._node, member)

    def take_revocations(self, crl: bytes) -> None:
        """See the port."""
        with self._serving():
            credentials.take_revocations(self._node, crl)

    def authorities(self) -> tuple[AuthorityView, ...]:
        """See the port."""
        return selectors.authorities()

    def journal(self, after: int) -> JournalPage:
        """See the port."""
        with reachable("key node"):
            return journal.page(self._node, after)

    def publish(self, member: str) -> None:
        """Send what is owed for a member; the log out of reach only means later."""
        try:
            self._node.events.publish(member, get_log())
        except PortError as error:
            logger.warning("node %s owes the log events: %s", self.index, error)

    def owing(self) -> list[str]:
        """Members with events that the log does not have yet."""
        return self._node.events.owing()

    def publish_owed(self) -> None:
        """The same for every member."""
        for member in self.owing():
            self.publish(member)

    def _publish_contribution(self, manifest: str) -> None:
        """Send the deposit's event, to the author's stream and the owner's."""
        payload = statements.payload_of_unverified(manifest)
        for member in sorted({payload["iss"], payload["owner"]}):
            self.publish(member)

    def _publish_answer(self, receipt: str) -> None:
        for member in contributions.concerned(self._node, receipt):
            self.publish(member)

    def _then_publish(self, statement: str, receipt: str) -> str:
        self.publish(statements.payload_of_unverified(statement)["iss"])
        return receipt
