"""One's own events from every server, each checked against the log, none missing."""

from dataclasses import dataclass
from typing import Any

from sesphr.client import transparency
from sesphr.client.answers.activity import Activity, Event, Stream
from sesphr.client.errors import IntegrityError, ServerError
from sesphr.client.session import Session
from sesphr.client.transparency import Checkpoint
from sesphr.crypto import log
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import CryptoError

SEEN = "log"
PORTAL = "portal"
MOST_PAGES = 10_000
ATTEMPTS = 3


@dataclass
class History:
    """All events of one server's stream."""

    source: str
    stream: str | None
    length: int
    events: list[Event]
    reachable: bool = True

    @property
    def lost(self) -> int:
        """How many events the server itself says that it lost, as after a restore from a backup."""
        return sum(is_lost(one) for one in self.events)

    def settled(self) -> bool:
        """Whether every event that the log counts came with its proof."""
        counted = [one for one in self.events if one.number <= self.length]
        return len(counted) == self.length and all(one.proof is not None for one in counted)


@dataclass
class Read:
    """All events, verified, oldest first; how many are still on their way to the log; servers that
    are out of reach, and how many events others lost."""

    events: list[Event]
    pending: int
    away: list[str]
    lost: dict[str, int]


def is_lost(event: Event) -> bool:
    """Whether a server says that it lost this event, of which the log has the commitment alone."""
    return not event.event and not event.salt and event.proof is not None


def read(session: Session) -> Read:
    """All events, verified.

    Raises:
        IntegrityError: an event is missing, changed or not in the log, or the log
            took something back since HOME last looked.
    """
    for attempt in range(ATTEMPTS):
        histories, note = _fetch(session)
        # A server publishes while we read: what is not settled is asked for again.
        if all(one.settled() for one in histories) or attempt == ATTEMPTS - 1:
            break
    known = session.folder.read(SEEN)
    _check_not_shorter(known.get("streams", {}), histories)
    trees = _checked(session, histories)
    _check_log(session, known, transparency.checkpoint(session.deployment, note), trees)
    _remember(session, note, known.get("streams", {}), histories)
    events = [one for history in histories for one in history.events if not is_lost(one)]
    return Read(
        sorted(events, key=_order),
        pending=sum(event.proof is None for event in events),
        away=[one.source for one in histories if not one.reachable],
        lost={one.source: one.lost for one in histories if one.lost},
    )


def _order(event: Event) -> tuple[int, str, int]:
    time = event.event.get("time")
    return (time if isinstance(time, int) else 0, str(event.event.get("source")), event.number)


def _fetch(session: Session) -> tuple[list[History], str]:
    first = session.api.get(Activity, "/activity")
    histories = [
        History(one.source, one.stream, one.length, one.events, one.reachable)
        for one in first.streams
    ]
    _check_sources(session, histories)
    note = first.checkpoint
    for history in histories:
        for _ in range(MOST_PAGES):
            if len(history.events) >= history.length:
                break
            page, note = _page(session, history)
            if not page.events:
                break
            history.events += page.events
    return histories, note


def _check_sources(session: Session, histories: list[History]) -> None:
    """Each server of the pinned configuration answers, once, also one that has no events yet."""
    wanted = sorted([PORTAL, *(f"srs-{node.index}" for node in session.deployment.nodes)])
    shown = sorted(one.source for one in histories)
    missing = sorted(set(wanted) - set(shown))
    if missing:
        raise IntegrityError(f"STOP: the server does not show the events of {', '.join(missing)}.")
    if shown != wanted:
        raise IntegrityError("STOP: the server shows a stream twice, or one of no server.")
    if any(one.stream is None and (one.length or one.events) for one in histories):
        raise IntegrityError("STOP: the server shows events without their stream.")


def _page(session: Session, history: History) -> tuple[Stream, str]:
    after = history.events[-1].number if history.events else 0
    found = session.api.get(Activity, "/activity", source=history.source, after=after)
    pages = [one for one in found.streams if one.source == history.source]
    if len(pages) != 1 or pages[0].stream != history.stream:
        raise ServerError("The server changed its mind about a stream. Try again.")
    return pages[0], found.checkpoint


def _checked(session: Session, histories: list[History]) -> list[Checkpoint]:
    """Check every event; the trees in which the log proved them, one of each size."""
    trees: dict[int, Checkpoint] = {}
    for history in histories:
        _check_complete(history)
        for event in history.events:
            tree = _check_event(session, history, event)
            if tree is not None and trees.setdefault(tree.size, tree).root != tree.root:
                raise IntegrityError("STOP: the log shows two histories.")
    return list(trees.values())


def _check_complete(history: History) -> None:
    numbers = [event.number for event in history.events]
    if numbers != list(range(1, len(numbers) + 1)) or len(numbers) < history.length:
        raise IntegrityError(f"STOP: {history.source} does not show all of its events.")


def _check_event(session: Session, history: History, event: Event) -> Checkpoint | None:
    if is_lost(event):
        return None
    told = event.event
    said = told.get("deployment"), told.get("source"), told.get("member"), told.get("number")
    if said != (session.deployment.id, history.source, session.me.id, event.number):
        raise IntegrityError(f"STOP: {history.source} shows an event that is not yours.")
    if event.proof is None:
        if event.number <= history.length:
            raise IntegrityError(
                f"STOP: {history.source} shows an event that the log does not hold."
            )
        return None
    try:
        entry = log.entry(b64u_decode(event.salt), told)
    except CryptoError as error:
        raise IntegrityError(f"STOP: {history.source} shows a malformed event.") from error
    return transparency.check_inclusion(session.deployment, entry, event.proof)


def _check_not_shorter(known: dict[str, Any], histories: list[History]) -> None:
    shown = {one.source: one for one in histories}
    for source, last in known.items():
        now = shown.get(source)
        if now is not None and not now.reachable:
            continue
        # A stream that had no events had no name either.
        renamed = now is not None and last["stream"] not in (None, now.stream)
        if now is None or renamed or len(now.events) < last["length"]:
            raise IntegrityError(f"STOP: {source} shows fewer events than it did.")


def _check_log(
    session: Session, known: dict[str, Any], now: Checkpoint, trees: list[Checkpoint]
) -> None:
    """The present tree extends the one that HOME saw, and every one in which a proof was given."""
    earlier = list(trees)
    if "checkpoint" in known:
        earlier.append(transparency.checkpoint(session.deployment, known["checkpoint"]))
    for tree in earlier:
        first, second = sorted((tree, now), key=lambda one: one.size)
        if tree.size > now.size and tree not in trees:
            raise IntegrityError("STOP: the log is shorter than it was.")
        transparency.check_consistency(session.api, session.deployment, first, second)


def _remember(session: Session, note: str, known: dict[str, Any], histories: list[History]) -> None:
    shown = (one for one in histories if one.reachable)
    streams = {
        **known,
        **{one.source: {"stream": one.stream, "length": len(one.events)} for one in shown},
    }
    session.folder.write(SEEN, {"checkpoint": note, "streams": streams})
