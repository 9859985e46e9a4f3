"""`settle_deposits`: what the nodes committed stays at the cloud, whatever became of its receipts."""

from base64 import b64decode
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cloudstore.models import Attachment, Document
from cloudstore.store import LocalCloud
from sesphr import clock
from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.errors import Unavailable
from srs.context import Node
from srs.node import LocalSrs
from tests.support.endpoints import digest_of, element
from tests.support.people import Person, record_of
from tests.support.problems import problem

pytestmark = pytest.mark.django_db(databases="__all__")

DAY = 24 * 3600


@pytest.fixture(autouse=True)
def _own_blobs(settings: Any, tmp_path: Path) -> None:
    """Collecting must not sweep what other tests store at the same time."""
    blobs = settings.STORAGES["blobs"]
    options = {**blobs["OPTIONS"], "location": tmp_path / "blobs"}
    settings.STORAGES = {**settings.STORAGES, "blobs": {**blobs, "OPTIONS": options}}


def sealed_by(owner: Person, **changed: Any) -> Any:
    return owner.seal({"medical": element("medical"), "personal": element("personal")}, **changed)


def collected(after: int = 2 * DAY) -> int:
    """What the cloud's timer removes later."""
    return LocalCloud().collect(clock.now() + after)


def settled(after: int = 2 * DAY) -> str:
    """What the portal's timer says later."""
    said, now = StringIO(), clock.now()
    with pytest.MonkeyPatch.context() as later:
        later.setattr(clock, "now", lambda: now + after)
        call_command("settle_deposits", stdout=said)
    return said.getvalue()


def away(*_: Any) -> None:
    raise Unavailable("out of reach")


def opens(owner: Person, sealed: Any) -> None:
    answer = owner.access(record_of(sealed), "medical")
    [found] = answer.json()["objects"]
    assert b64decode(found["document"]) == sealed.document


def test_what_the_nodes_committed_is_never_collected(
    owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = owner.deposited()
    lost = sealed_by(owner, record=record_of(first), version=2, previous=b64u_encode(first.digest))
    with monkeypatch.context() as broken:
        broken.setattr(LocalCloud, "note", away)
        problem(owner.send(lost), 503)
    # Whichever timer comes first, and however late.
    assert collected(100 * DAY) == 0
    assert settled() == "Kept 1 documents; no key node knows 0.\n"
    assert settled() == "Kept 0 documents; no key node knows 0.\n"
    assert collected(100 * DAY) == 0
    assert Document.objects.filter(kept=True).count() == 2
    opens(owner, lost)


def with_lost_note(owner: Person, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A deposit with an attachment, of which the cloud never hears that it was committed."""
    with monkeypatch.context() as broken:
        broken.setattr(LocalCloud, "note", lambda *_: None)
        return owner.with_attachment("medical", bytes(500)).sealed


def test_its_attachments_stay_with_it(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = with_lost_note(owner, monkeypatch)
    assert collected(100 * DAY) == 0
    assert settled().startswith("Kept 1 ")
    assert collected(100 * DAY) == 0
    assert Attachment.objects.get().kept
    opens(owner, lost)


def test_what_no_node_took_goes(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(LocalSrs, "deposit", away)
        problem(owner.send(sealed_by(owner)), 503)
    assert settled(DAY - 60) == "Kept 0 documents; no key node knows 0.\n"
    assert settled() == "Kept 0 documents; no key node knows 1.\n"
    assert (collected(), Document.objects.count()) == (1, 0)


@pytest.mark.parametrize("lie", ["away", "nobody's", "another's", "another kind"])
def test_while_a_node_does_not_answer_nothing_goes(
    owner: Person, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    sealed = sealed_by(owner)
    name = digest_of(sealed.manifest)
    said = {
        "nobody's": "a.b.c",
        "another's": Node(1).receipt("deposit", owner.id, b64u_encode(bytes(32)), 1),
        "another kind": Node(1).receipt("acl", owner.id, name, 1),
    }
    with monkeypatch.context() as broken:
        broken.setattr(LocalSrs, "deposit", away)
        broken.setattr(LocalSrs, "committed", lambda *_: (said[lie],) if lie in said else away())
        problem(owner.send(sealed), 503)
        with pytest.raises(CommandError, match="1 documents wait on"):
            settled()
    assert collected(100 * DAY) == 0
    assert owner.send(sealed).status_code == 200


def test_a_committed_deposit_without_its_octets_waits_and_is_told(
    owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = with_lost_note(owner, monkeypatch)
    Attachment.objects.all().delete()
    with pytest.raises(CommandError, match="1 documents wait on"):
        settled()
    assert Document.objects.filter(digest=lost.digest).exists()


def test_without_the_cloud_settling_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalCloud, "waiting", away)
    with pytest.raises(CommandError, match="out of reach"):
        settled()
