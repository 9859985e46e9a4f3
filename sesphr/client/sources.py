"""Which records of one's own a file may be a version of, told by HOME without opening any.

HOME keeps keyed fingerprints of what was deposited from here: of the partitions as a
whole, and of some of the names that sources give their things. They tell nothing
without the seed.
"""

import contextlib
import hashlib
import heapq
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from sesphr.client.answers.records import RecordView
from sesphr.client.session import Session
from sesphr.crypto.document import PHR
from sesphr.crypto.encoding import lp
from sesphr.crypto.kdf import hkdf

SOURCES = "sources"
# The smallest fingerprints are a fair sample: two sets that share half of their names share
# about a third of these.
SAMPLE = 64
OVERLAP = 0.2
# Records from elsewhere that are looked into; each opening is in the activity.
UNKNOWN = 3


@dataclass(frozen=True)
class Fingerprint:
    """Of some partitions: of all their octets, and of some names in them."""

    content: str
    names: frozenset[str]


def fingerprint(session: Session, partitions: Mapping[str, bytes]) -> Fingerprint:
    """Keyed with the seed, so that it means nothing to anybody else."""
    key = hkdf(session.seed, lp(b"SeSPHR-v1 sources"))
    named = [lp(name.encode(), octets) for name, octets in sorted(partitions.items())]
    content = hmac.new(key, lp(*named), hashlib.sha256).hexdigest()
    names = {_keyed(key, name) for octets in partitions.values() for name in _names(octets)}
    return Fingerprint(content, frozenset(heapq.nsmallest(SAMPLE, names)))


def _keyed(key: bytes, name: str) -> str:
    return hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:16]


def _names(octets: bytes) -> Iterator[str]:
    """Names that sources give to documents, entries and resources."""
    # The kernel checked the element: no DOCTYPE, hence no entity, and bounded depth.
    for one in ET.fromstring(octets).iter():  # noqa: S314
        if one.tag == f"{{{PHR}}}resource":
            name = one.get("id") or one.get("fullUrl")
            # The person is in every record and makes no two of them alike.
            if name and one.get("type") != "Patient":
                yield f"{one.get('type')}/{name}"
        elif one.tag.endswith(("}id", "}setId")):
            yield f"{one.get('root') or one.get('value')}^{one.get('extension', '')}"


def remember(
    session: Session, record: str, version: int, partitions: Mapping[str, bytes]
) -> None:  # fmt: skip
    """Keep the fingerprint of what was deposited."""
    made = fingerprint(session, partitions)
    entry = {"version": version, "content": made.content, "names": sorted(made.names)}
    # It is deposited already: a full disk must not make this a failure.
    with contextlib.suppress(OSError):
        session.folder.update(SOURCES, **{record: entry})


@dataclass(frozen=True)
class Candidates:
    """A record that says exactly this already, or else records worth opening."""

    identical: RecordView | None
    others: list[RecordView]


def candidates(
    session: Session, views: Iterable[RecordView], partitions: Mapping[str, bytes]
) -> Candidates:  # fmt: skip
    """Of one's own records, oldest first."""
    made, known = fingerprint(session, partitions), session.folder.read(SOURCES)
    newest = list(views)[::-1]
    entries = [(view, known.get(view.record, {})) for view in newest]
    current = [(view, one) for view, one in entries if one.get("version") == view.version]
    for view, one in current:
        if one["content"] == made.content:
            return Candidates(view, [])
    unknown = [view for view, one in entries if one.get("version") != view.version][:UNKNOWN]
    return Candidates(None, [*_alike(current, made), *unknown])


def _alike(
    current: Iterable[tuple[RecordView, dict[str, Any]]], made: Fingerprint
) -> list[RecordView]:  # fmt: skip
    """The one that shares most names, if that is a good part of them."""
    shared = [
        (
            len(made.names & set(one["names"])) / max(1, min(len(made.names), len(one["names"]))),
            view,
        )
        for view, one in current
    ]
    share, view = max(shared, key=lambda pair: pair[0], default=(0.0, None))
    return [view] if view is not None and share >= OVERLAP else []
