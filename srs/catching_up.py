"""How a node that was out of reach comes right: it reads the other nodes' journals.

Each entry goes through the same service as the call itself: every signature, proof and share is
checked by this node. What other nodes alone can say, it takes from them, who are pinned by the
deployment: that a member was activated, suspended or left; when something was accepted; and that
who signed was a member then. So a node that lies could activate or end a membership here, as the
portal can. It can grant nothing: keys for a member come from lists that their owner signed.

A node answers nobody while it may have missed something: until it has read to their ends, within
the last seconds, the journals of t-1 others (with them there is one who knows in every set of
nodes that can acknowledge a write); of all others if its own database was restored from a backup,
for then it may itself be the only one that is missing, or if it is new among nodes that are not:
what they acknowledged before it came is in fewer journals.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress

from django.db import close_old_connections, connections

from sesphr.adapters import get_peers
from sesphr.crypto.encoding import b64u_decode
from sesphr.ports.errors import Conflict, Invalid, PortError, Unavailable
from sesphr.ports.srs import JournalEntry, JournalPage, SrsNode
from sesphr.reachable import reachable
from srs import gate, rivals, streams, unsettled
from srs.context import ClockBehind, Node
from srs.models import Cursor, JournalHead
from srs.node import LocalSrs
from srs.services import contributions, credentials, deposits, lists, membership, requests

logger = logging.getLogger("sesphr.srs")

# Seconds between two readings of a journal, and after how many without one the node falls silent.
EVERY = 1.0
LOST = 5.0
# And between two attempts before the first reading.
SOON = 0.2


def _registration(node: Node, entry: JournalEntry) -> None:
    membership.register(node, entry.statement, heard=True)


def _membership(node: Node, entry: JournalEntry) -> None:
    facts = entry.facts
    membership.learn(
        node, entry.subject, facts["state"], facts["role"], int(facts["turn"]), entry.time
    )


def _acl(node: Node, entry: JournalEntry) -> None:
    lists.set_acl(node, entry.statement, entry.deal, heard=True)


def _key_request(node: Node, entry: JournalEntry) -> None:
    requests.key_request(node, entry.statement, heard=True)


def _credential(node: Node, entry: JournalEntry) -> None:
    credentials.present(node, b64u_decode(entry.statement), heard=True)


def _revocations(node: Node, entry: JournalEntry) -> None:
    try:
        credentials.take_revocations(node, b64u_decode(entry.statement))
    except Conflict as error:
        if error.code != "older":  # which is no news
            raise


def _accept(node: Node, entry: JournalEntry) -> None:
    contributions.accept(node, entry.statement, heard=True)


def _deletion(node: Node, entry: JournalEntry) -> None:
    contributions.erase(node, entry.statement, heard=True)


# How this node does what another node's journal says, by the entry's kind.
APPLY: dict[str, Callable[[Node, JournalEntry], None]] = {
    "registration": _registration,
    "membership": _membership,
    "deposit": deposits.hear,
    "acl": _acl,
    "key-request": _key_request,
    "credential": _credential,
    "revocations": _revocations,
    "accept": _accept,
    "deletion": _deletion,
}


def apply(node: Node, peer: int, entry: JournalEntry) -> None:
    """Do what another node did, unless this one did or cannot; again changes nothing.

    Raises:
        Unavailable: this node's database or the log is out of reach, or its clock is behind.
    """
    if entry.void:
        unsettled.dropped(node, peer, entry)
        return
    try:
        with reachable("key node"):
            rivals.require_subject(entry)
            APPLY[entry.kind](node, entry)
            rivals.agreed(node, peer, entry)
            unsettled.done(node, peer, entry)
    except Unavailable as error:
        if isinstance(error, ClockBehind):
            logger.warning("node %s stops at node %s: %s", node.index, peer, error)
        raise
    except (PortError, KeyError, ValueError) as error:
        if rivals.noted(node, peer, entry):
            unsettled.dropped(node, peer, entry)
        else:
            unsettled.keep(node, peer, entry)
            logger.warning(
                "node %s cannot do entry %s (%s) of node %s: %s",
                node.index, entry.number, entry.kind, peer, error,
            )  # fmt: skip


def read(own: LocalSrs, peer: SrsNode) -> None:
    """Read one other node's journal to its present end and do what is missing here.

    Raises:
        PortError: it cannot be reached or answers nonsense; what was done stays done.
    """
    node = Node(own.index, hearing=True)
    cursor = _cursor(node, peer.index)
    page = _first_page(node, cursor, peer)
    _notice_loss(node, page)
    _notice_newness(node, cursor, page)
    while True:
        for entry in page.entries:
            apply(node, peer.index, entry)
        if page.entries:
            _advance(node, cursor, page)
            own.publish_owed()
        if not page.entries or cursor.number >= page.head:
            unsettled.again(node, peer, apply)
            return
        page = peer.journal(cursor.number)


def _advance(node: Node, cursor: Cursor, page: JournalPage) -> None:
    if page.life != cursor.life:
        cursor.life, cursor.furthest = page.life, 0
    cursor.number, cursor.digest = page.entries[-1].number, page.end
    cursor.furthest = max(cursor.furthest, cursor.number)
    cursor.save(using=node.alias)


def _cursor(node: Node, peer: int) -> Cursor:
    return Cursor.objects.using(node.alias).get_or_create(peer=peer)[0]


def _first_page(node: Node, cursor: Cursor, peer: SrsNode) -> JournalPage:
    """What follows the cursor; all, where the other journal is not the one that was read."""
    with suppress(Invalid):  # it is shorter than what was read
        page = peer.journal(cursor.number)
        if not cursor.number or page.mark == bytes(cursor.digest):
            return page
    cursor.number = 0
    unsettled.forget(node, peer.index)
    return peer.journal(0)


def _notice_loss(node: Node, page: JournalPage) -> None:
    """Whoever was heard further than its own journal goes was restored from a backup."""
    heads = JournalHead.objects.using(node.alias)
    head, _ = heads.get_or_create(id=1)
    heard = page.heard.get(str(node.index))
    if heard is not None and heard.life == head.life and heard.number > head.length:
        logger.warning("node %s lost what it had: all other nodes must be heard", node.index)
        heads.filter(id=1).update(behind=True, life=str(uuid.uuid4()))


def _notice_newness(node: Node, cursor: Cursor, page: JournalPage) -> None:
    """Whoever has nothing at all and begins to read what others have was added to them."""
    if page.head and not cursor.furthest:
        JournalHead.objects.using(node.alias).filter(id=1, length=0).update(behind=True)


def catch_up(own: LocalSrs, peers: Iterable[SrsNode] | None = None) -> int:
    """Read all other nodes once, one after the other; how many could be read."""
    found = 0
    for peer in get_peers(own.index) if peers is None else peers:
        try:
            read(own, peer)
            found += 1
        except PortError as error:
            logger.info("node %s cannot hear node %s: %s", own.index, peer.index, error)
    settle(own, found)
    return found


def settle(own: LocalSrs, heard: int) -> None:
    """After `heard` others were read: settle what nodes took differently, and note that a
    restored or new database has all."""
    node = Node(own.index, hearing=True)
    rivals.settle(node, {peer.index: peer for peer in get_peers(own.index)})
    if heard == node.deployment.n - 1:
        JournalHead.objects.using(node.alias).filter(id=1, behind=True).update(behind=False)


class Keeper:
    """Reads every other node's journal again and again, each in a thread of its own, so that one
    that does not answer keeps nobody waiting."""

    def __init__(self, own: LocalSrs, peers: Iterable[SrsNode]) -> None:
        self._own, self._peers = own, tuple(peers)
        # When (monotonic seconds) the last complete reading of each began.
        self._read: dict[int, float] = {}
        self._settling = threading.Lock()
        self._stopped = threading.Event()

    def ready(self) -> bool:
        """Whether enough others were heard within the last seconds."""
        heard = self._heard()
        node = Node(self._own.index)
        if heard == len(self._peers):
            return True
        if heard < node.deployment.t - 1:
            return False
        return not JournalHead.objects.using(node.alias).filter(behind=True).exists()

    def _heard(self) -> int:
        now = time.monotonic()
        return sum(now - began < LOST for began in list(self._read.values()))

    def start(self) -> None:
        """Begin reading."""
        for peer in self._peers:
            threading.Thread(
                target=self._keep, args=(peer,), name=f"journal-{peer.index}", daemon=True
            ).start()

    def stop(self) -> None:
        """Read no more after the present reading."""
        self._stopped.set()

    def _keep(self, peer: SrsNode) -> None:
        while not self._stopped.is_set():
            self._once(peer)
            self._stopped.wait(EVERY if peer.index in self._read else SOON)
        connections.close_all()

    def _once(self, peer: SrsNode) -> None:
        began = time.monotonic()
        try:
            read(self._own, peer)
            with self._settling:
                settle(self._own, self._heard())
            self._read[peer.index] = began
        except PortError as error:
            logger.debug("node %s cannot hear node %s: %s", self._own.index, peer.index, error)
        except Exception:
            # A thread that ends would keep the node silent for good; whatever it was, try again.
            logger.exception("node %s failed to read node %s", self._own.index, peer.index)
        finally:
            close_old_connections()


def start(own: LocalSrs) -> Keeper:
    """Keep a node of this process up to date from now on; it answers nothing before it is.

    For a server that runs one node (role `srs`); call once in each process that answers for it.
    """
    streams.compare(own.index)
    keeper = Keeper(own, get_peers(own.index))
    if get_peers(own.index):
        gate.guard(own.index, keeper.ready)
        keeper.start()
    return keeper
