"""Known strings are planted wherever a person's secrets are; nothing between two endpoints may hold them.

Looked through are the traffic at the portal in both directions, every line of the
server's log, every row of every database, and every file below DATA.
"""

import gzip
import json
import secrets
from pathlib import Path

import pytest

from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.groups import G2_GENERATOR, multiply
from sesphr.crypto.keys import MemberKeys
from sesphr.crypto.scalars import decode_scalar, invert_blinded
from tests.support.scan import Scanner, master_keys, points, spellings
from tests.system.capturing import NAMES, Captured, canary, capture
from tests.system.place import THREE_NODES


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Captured:
    """The capture that these tests look through."""
    return capture(tmp_path_factory.mktemp("canary"), {})


def nothing_leaked(captured: Captured) -> None:
    """All of the promise."""
    assert captured.scanner().found(captured.haystacks) == []
    nodes = list(captured.d)
    parameters = Scanner()
    for octets in captured.r:
        parameters.add("R", octets)
    assert parameters.found(captured.without(*nodes)) == []
    for alias, octets in captured.d.items():
        delegated = Scanner()
        for one in octets:
            delegated.add(f"D of {alias}", one)
        assert delegated.found(captured.without(alias)) == []


def no_share_leaked(captured: Captured) -> None:
    """s_i is in its node's database alone; what a node forms with it, and what would open for
    everybody, is nowhere, not even there."""
    for alias, octets in captured.s.items():
        own, formed = Scanner(), Scanner()
        for one in octets:
            s = decode_scalar(one)
            own.add(f"s of {alias}", one, number=True)
            formed.add(f"g2^s of {alias}", multiply(G2_GENERATOR, s).encode())
            for person, secret in captured.numbers.items():
                if person.endswith("x_U"):
                    b = multiply(G2_GENERATOR, secret)
                    formed.add(f"D of {alias} for {person}", multiply(b, s).encode())
        assert own.found(captured.without(alias)) == []
        assert formed.found(captured.haystacks) == []
        inside = captured.haystacks[f"rows of {alias}: srs_share"]
        assert all(one in inside for one in octets)
    for name in (*NAMES, "original"):
        scanner = Scanner()
        inverse = invert_blinded(captured.owner.partition(name, 1).secret)
        scanner.add(f"g2^(1/x) of {name}", multiply(G2_GENERATOR, inverse).encode())
        # With one node the share is 1/x itself: it may be in that node's own database.
        scanner.add(f"1/x of {name}", inverse.encode(), number=True)
        assert scanner.found(captured.without(*captured.s)) == []


def no_master_key(captured: Captured) -> set[bytes]:
    """No X with e(A, X) = Z in traffic, log and rows; the points that there are."""
    looked = [text for name, text in captured.haystacks.items() if not name.startswith("file ")]
    found = points(looked)
    keys = [captured.owner.partition(name, 1).public for name in (*NAMES, "original")]
    assert master_keys(found, keys) == []
    return found


def test_nothing_between_the_endpoints_holds_a_secret(captured: Captured) -> None:
    nothing_leaked(captured)


def test_no_point_opens_a_partition_for_everybody(captured: Captured) -> None:
    found = no_master_key(captured)
    # The scan sees what it must: public keys inside signed statements, and D_i in its own database.
    assert captured.owner.receive_public.encode() in found
    assert captured.d["srs"] <= found


def test_shares_for_roles_stay_where_they_belong(captured: Captured) -> None:
    assert [len(found) for found in captured.s.values()] == [1]
    no_share_leaked(captured)


@pytest.mark.soak
def test_the_same_with_three_nodes(tmp_path: Path) -> None:
    captured = capture(tmp_path, THREE_NODES)
    assert set(captured.d) == {"srs", "srs-2", "srs-3"}
    assert len(set().union(*captured.s.values())) == 3
    no_share_leaked(captured)
    nothing_leaked(captured)
    assert set().union(*captured.d.values()) <= no_master_key(captured)


def test_what_was_planted_was_there(captured: Captured) -> None:
    words = [name for name in captured.planted if name.startswith(("C-CDA", "own "))]
    assert len(words) >= 20
    assert all(captured.planted[name].encode() in captured.opened for name in words)
    assert captured.planted["file name"].encode() in captured.opened
    assert len(captured.secret) >= 20
    assert len(captured.numbers) == 12
    traffic = captured.haystacks["traffic"]
    for path in ("/api/members", "/api/session", "/api/deposits", "/api/acl", "/api/access"):
        assert f"POST {path}".encode() in traffic
    assert b"PUT /api/slots/password" in traffic


def test_parameters_are_found_where_they_belong(captured: Captured) -> None:
    """A control: the rows are seen as they are, so what is not found elsewhere is not there."""
    own = captured.haystacks["rows of srs: srs_rparameter"]
    assert all(octets in own for octets in captured.r)
    scanner = Scanner()
    scanner.add("R", next(iter(captured.r)))
    assert scanner.found({"rows": own})


def test_the_scanner_finds_every_spelling() -> None:
    """A control: a scanner that finds nothing would pass everything."""
    for secret, number in (
        (canary(), False),
        (secrets.token_bytes(32), True),
        (secrets.token_bytes(48), False),
    ):
        scanner = Scanner()
        scanner.add("it", secret, number=number)
        for name, octets in spellings(secret, number=number).items():
            for around in (b"", b"{", b"\xff\x00 "):
                assert scanner.found({"here": around + octets + b" ."}), name
        assert scanner.found({"here": secrets.token_bytes(5000)}) == []


def test_the_scanner_looks_inside() -> None:
    secret = secrets.token_bytes(32)
    scanner = Scanner()
    scanner.add("it", secret)
    inner = json.dumps({"payload": b64u_encode(json.dumps({"x": b64u_encode(secret)}).encode())})
    for octets in (
        inner.encode(),
        gzip.compress(inner.encode()),
        gzip.compress(secret).hex().encode(),
    ):
        assert scanner.found({"here": b"before " + octets + b" after"})


def test_a_master_key_would_be_found() -> None:
    keys = MemberKeys.from_seed(secrets.token_bytes(32)).partition("medical", 1)
    octets = multiply(G2_GENERATOR, invert_blinded(keys.secret)).encode()
    noise = secrets.token_bytes(701)
    statement = b64u_encode(json.dumps({"d": b64u_encode(octets)}).encode()).encode()
    for form in (octets, octets.hex().encode(), b64u_encode(octets).encode(), statement):
        found = points([noise + b'"' + form + b'"' + noise])
        assert found == {octets}
        assert master_keys(found, [keys.public]) == [octets.hex()]
    assert points([noise]) == set()
