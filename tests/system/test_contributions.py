"""Adding to another's records: what one endpoint adds, the other one's owner reads and answers."""

import base64

import pytest

from tests.support.browser_peer import Peer, Stopped, encoded, signed_in
from tests.support.wire import Wire, between
from tests.system.place import System

MEDICAL = "<m>glucose 5.1</m>"
SCAN = b"scan" * 50_000


def offer(
    peer: Peer, owner: str, attachments: dict[str, list[dict[str, str]]] | None = None
) -> str:
    """Add to an owner's medical part in the browser; the record."""
    more = {} if attachments is None else {"attachments": attachments}
    parts = {"medical": encoded(MEDICAL.encode())}
    done = peer.ask("contribute", owner=owner, partitions=parts, **more)
    return str(done["record"])


def waiting(peer: Peer) -> dict[str, str | None]:
    """What waits for somebody's answer, with what is wrong with it."""
    return {one["record"]: one["problem"] for one in peer.ask("proposals")["incoming"]}


def proposed(peer: Peer, record: str) -> dict[str, bytes]:
    """What the owner reads of something that she has not accepted."""
    items = [{"record": record, "partitions": ["medical"]}]
    (found,) = peer.ask("open", items=items, proposed=True)
    return {name: base64.b64decode(text) for name, text in found["parts"].items()}


def tamper(wire: Wire, ada: Peer, record: str) -> None:
    """Octets that were changed on the way are a red stop, and nothing is accepted."""

    def spoil(told: dict[str, list[dict[str, str]]]) -> None:
        octets = bytearray(base64.b64decode(told["objects"][0]["document"]))
        octets[len(octets) // 2] ^= 1
        told["objects"][0]["document"] = base64.b64encode(octets).decode()

    with wire.changing("POST", "/access", spoil), pytest.raises(Stopped) as stop:
        ada.ask("answer", record=record, act="accept")
    assert stop.value.red


def test_both_ways_with_a_file_and_a_lie(system: System) -> None:
    with between(system.server.url, system.output()) as wire:
        owner, doctor = system.join(url=wire.url), system.join("physician", url=wire.url)
        owner.ok("grant", doctor.login, "--partition", "medical", "--add")
        with signed_in(owner) as ada, signed_in(doctor) as lee:
            [right] = lee.ask("addable")
            assert right["partitions"] == ["medical"]
            file = {"name": "scan.pdf", "type": "application/pdf", "content": encoded(SCAN)}
            first = offer(lee, right["owner"], {"medical": [file]})
            assert waiting(ada) == {first: None}
            assert lee.opened(first, "medical") == {}
            assert proposed(ada, first) == {"medical": MEDICAL.encode()}
            with pytest.raises(Stopped):
                # Not as a record of hers: she has not accepted it.
                ada.opened(first, "medical")
            ada.ask("answer", record=first, act="accept")
            assert waiting(ada) == {}
            # By the wrapped key that her accept carries, and at the command line too.
            assert ada.opened(first, "medical") == {"medical": MEDICAL.encode()}
            folder = system.output()
            owner.ok("open", first, "--partition", "medical", "--output", str(folder))
            assert (folder / "medical.xml").read_bytes() == MEDICAL.encode()
            assert (folder / "medical.files" / "attachment-1").read_bytes() == SCAN
            sample = "tests/samples/ccda_ccd_hl7_small.xml"
            second = doctor.ok("contribute", sample, "--owner", owner.login)["record"]
            tamper(wire, ada, second)
            assert proposed(ada, second)
            ada.ask("answer", record=second, act="decline")
            assert ada.opened(second, "medical") == {}
            assert [one["state"] for one in lee.ask("proposals")["outgoing"]].count("accepted") == 1
