"""Who a server's peers are: read strictly, known by their certificates alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from sesphr import peers, tls
from sesphr.adapters.line import connect
from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.errors import Unavailable


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    settings.SESPHR_DATA, settings.SESPHR_DEPLOYMENT = tmp_path, "d.example"
    peers.forget()
    return tmp_path


def card(server: str = "cloud", **changed: Any) -> dict[str, Any]:
    certificate = b64u_encode(f"certificate of {server}".encode())
    whole = {
        "deployment": "d.example", "server": server, "url": f"https://{server}.example:8443",
        "certificates": [certificate], "keys": {},
    }  # fmt: skip
    return {**whole, **changed}


def write(data: Path, *cards: Any) -> None:
    (data / "peers.json").write_text(json.dumps({"peers": cards}))
    peers.forget()


def test_a_peer_is_who_has_its_certificate_octet_for_octet(data: Path) -> None:
    write(data, card("cloud"), card("srs-1", certificates=["YWFh", "YmJi"]))
    assert peers.name_of(b"certificate of cloud") == "cloud"
    assert [peers.name_of(one) for one in (b"aaa", b"bbb")] == ["srs-1", "srs-1"]
    for stranger in (None, b"", b"certificate of cloud ", b"certificate of audit"):
        assert peers.name_of(stranger) is None


def test_what_is_written_is_read(data: Path) -> None:
    found = {"cloud": peers.read_card(json.dumps(card("cloud")).encode())}
    peers.write(found)
    assert peers.read() == found


@pytest.mark.parametrize(
    "cards",
    [
        [card(more=1)],
        [card(server="srs-17")],
        [card(server="admin")],
        [card(url="http://cloud.example")],
        [card(url="https://cloud.example/path")],
        [card(url="https://me@cloud.example")],
        [card(certificates=[])],
        [card(certificates=["YWFh", "YmJi", "Y2Nj"])],
        [card(certificates=["no base64url!"])],
        [card(keys={"more": 1})],
        [card(keys={"log": "short"})],
        [card(), card()],
        [card("cloud"), card("audit", certificates=card("cloud")["certificates"])],
        [card(deployment="other.example")],
        [{}],
    ],
)
def test_an_odd_file_stops_the_server(data: Path, cards: list[Any]) -> None:
    write(data, *cards)
    with pytest.raises(ImproperlyConfigured):
        peers.read()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"peers": [], "more": 1}', "\xff"])
def test_a_broken_file_stops_the_server(data: Path, text: str) -> None:
    (data / "peers.json").write_text(text, encoding="latin-1")
    with pytest.raises(ImproperlyConfigured):
        peers.read()


def test_without_a_file_it_is_said_what_to_do(data: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="install_deployment"):
        peers.read()


def test_a_server_that_is_no_peer_is_not_called(data: Path) -> None:
    write(data, card("cloud"))
    with pytest.raises(Unavailable, match="key node 3"):
        connect("srs-3")


def test_a_certificate_is_made_once_and_followed_by_its_successor(data: Path) -> None:
    tls.make(data, "cloud")
    (first,) = tls.certificates(data)
    tls.make(data, "cloud")
    assert tls.certificates(data) == (first,)
    tls.make(data, "cloud", tls.NEXT)
    both = tls.certificates(data)
    assert both[0] == first
    tls.switch(data)
    assert tls.certificates(data) == (both[1],)
    with pytest.raises(FileNotFoundError):
        tls.switch(data)
    secrets = data / "secrets"
    assert [path.stat().st_mode & 0o777 for path in (secrets, secrets / "tls.pem")] == [
        0o700,
        0o600,
    ]
