"""A role credential from the member's request to the nodes, by the commands of both sides."""

import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import CommandError, call_command

from accounts.models import Member
from sesphr import clock
from sesphr.adapters import get_srs_nodes
from sesphr.pins import pinned_authorities, unpin
from tests.support.credentials import DAY, Council

pytestmark = pytest.mark.django_db(databases="__all__")
WHERE = ("--role", "physician", "--organisation", "City Heart Clinic")


def ran(*words: object) -> str:
    out = StringIO()
    call_command(*map(str, words), stdout=out)
    return out.getvalue()


def refused(*words: object) -> str:
    with pytest.raises(CommandError) as caught:
        ran(*words)
    return str(caught.value)


@pytest.fixture
def council(tmp_path: Path):
    """An authority made and pinned by its commands, whose list every node has; its folder."""
    folder = tmp_path / "council"
    ran("authority", "create", folder, "--name", "Medical Council", "--role", "physician")
    ran("authority", "pin", folder / "authority.json")
    ran("authority", "publish", folder)
    yield folder
    for one in pinned_authorities():
        unpin(one.id)


def asked(lee, tmp_path: Path, *words: str) -> Path:
    path = tmp_path / "request.jws"
    lee.ok("credential", "request", *(words or WHERE), "--output", str(path))
    return path


def issued(council: Path, lee, tmp_path: Path, *words: str) -> Path:
    path = tmp_path / "credential.pem"
    request = asked(lee, tmp_path)
    ran(
        "credential", "issue", council, lee.login, "--request", request, *WHERE, "--output", path,
        *words,
    )  # fmt: skip
    return path


def serial_of(council: Path) -> str:
    return str(json.loads((council / "issued.json").read_text())[-1]["serial"])


def test_from_the_request_to_the_nodes_and_back(council, ada, lee, tmp_path):
    assert lee.ok("credential", "show") == {"credential": None}
    path = issued(council, lee, tmp_path)
    done = lee.ok("credential", "present", str(path))
    assert (done["taken"], done["servers"]) == (len(get_srs_nodes()),) * 2
    said = done["credential"]
    assert (said["role"], said["authority"], said["organisation"], said["state"]) == (
        "physician", "Medical Council", "City Heart Clinic", "valid",
    )  # fmt: skip
    assert ada.ok("credential", "show", lee.login)["credential"] == said
    shown = ada.run("credential", "show", lee.login, json_=False).out
    assert shown.startswith("physician, certified by Medical Council, City Heart Clinic, until ")
    assert lee.login in ran("credential", "list", council)
    told = ran("credential", "revoke", council, serial_of(council))
    assert "revoked" in told
    assert ada.ok("credential", "show", lee.login)["credential"]["state"] == "revoked"
    again = lee.fails(3, "credential", "present", str(issued_before(path)))
    assert again["code"] == "not-in-force"
    assert "revoked" in ran("credential", "list", council)


def issued_before(path: Path) -> Path:
    """The same credential with other octets around its lines, so that it is not known yet."""
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    return path


def test_a_member_is_found_by_id_too(council, lee, tmp_path):
    request, member = asked(lee, tmp_path), Member.objects.get(login=lee.login)
    out = tmp_path / "c.pem"
    ran("credential", "issue", council, member.id, "--request", request, *WHERE, "--output", out)
    assert lee.ok("credential", "present", str(out))["credential"]["state"] == "valid"


def test_an_authority_certifies_only_what_was_asked_with_the_key(council, ada, lee, tmp_path):
    request, out = asked(lee, tmp_path), tmp_path / "out.pem"
    issue = ("credential", "issue", council)
    tail = ("--request", request, "--output", out)
    assert "certifies physician only" in refused(
        *issue, lee.login, *tail, "--role", "nurse", "--organisation", "X"
    )
    assert "City Heart Clinic, nothing else" in refused(
        *issue, lee.login, *tail, "--role", "physician", "--organisation", "X"
    )
    assert "issuer" in refused(*issue, ada.login, *tail, *WHERE)
    assert "Nobody is registered" in refused(*issue, "who@example.org", *tail, *WHERE)
    assert "--days from 1" in refused(*issue, lee.login, *tail, *WHERE, "--days", "0")
    request.write_text(request.read_text()[:-4] + "AAA\n")
    assert "signature" in refused(*issue, lee.login, *tail, *WHERE)
    assert not out.exists()
    assert not (council / "issued.json").exists()


def test_an_old_request_proves_nothing_any_more(council, lee, tmp_path, monkeypatch):
    request, now = asked(lee, tmp_path), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 8 * DAY)
    told = refused(
        "credential", "issue", council, lee.login, "--request", request, *WHERE,
        "--output", tmp_path / "out.pem",
    )  # fmt: skip
    assert "older than 7 days" in told


def test_the_key_is_private_and_a_passphrase_seals_it(tmp_path):
    folder, secret = tmp_path / "sealed", tmp_path / "passphrase"
    secret.write_text("correct horse\nsecond line\n")
    ran(
        "authority", "create", folder, "--name", "Council", "--role", "nurse", "--key", "ed25519",
        "--passphrase-file", secret,
    )  # fmt: skip
    key = folder / "key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in key.read_bytes()
    assert "needs --passphrase-file" in refused("authority", "publish", folder)
    secret.write_text("wrong\n")
    assert "passphrase right" in refused(
        "authority", "publish", folder, "--passphrase-file", secret
    )
    key.chmod(0o644)
    assert "chmod 600" in refused("authority", "publish", folder)
    assert "already" in refused("authority", "create", folder, "--name", "X", "--role", "nurse")


def test_pinning_narrows_maps_and_refuses(tmp_path):
    folder = tmp_path / "council"
    ran(
        "authority", "create", folder, "--name", "Council", "--role", "nurse", "--role", "physician"
    )
    assert "nobody's role is certified" in ran("authority", "list")
    told = ran(
        "authority", "pin", folder / "authority.json", "--role", "nurse",
        "--word", "1.2.276.0.76.4.32=nurse",
    )  # fmt: skip
    try:
        assert "Council: nurse;" in told
        (one,) = pinned_authorities()
        assert (one.roles, one.words) == ({"nurse"}, (("1.2.276.0.76.4.32", "nurse"),))
        assert ran("authority", "list") == told
    finally:
        ran("authority", "unpin", told.split()[0])
    assert pinned_authorities() == ()
    for words in (("--role", "owner"), ("--role", "Nurse"), ("--word", "x"), ("--word", "x=owner")):
        assert refused("authority", "pin", folder / "authority.json", *words)
    assert "no authority" in refused("credential", "list", tmp_path / "nowhere")
    assert "pinned here" in refused("authority", "unpin", "x")
    assert "pinned here" in refused("authority", "unpin", "-" + "x" * 42)


def test_an_authority_of_elsewhere_is_pinned_by_its_certificate_and_its_list_handed_on(tmp_path):
    council, path = Council(clock.now()), tmp_path / "council.pem"
    path.write_text(council.authority.certificate.parsed.public_bytes(Encoding.PEM).decode())
    assert "--role" in refused("authority", "pin", path)
    crl = tmp_path / "council.crl"
    crl.write_bytes(council.crl())
    assert "has it pinned" in refused("authority", "publish", "--list", crl)
    ran("authority", "pin", path, "--role", "physician")
    try:
        assert "Every node" in ran("authority", "publish", "--list", crl)
    finally:
        unpin(council.issuer.id)


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "not a credential"),
        (b"\x30\x82", "not a credential"),
        (b"-----BEGIN X-----\n", "whole"),
    ],
)
def test_what_is_no_credential_is_said_so(lee, tmp_path, octets, says):
    path = tmp_path / "file"
    path.write_bytes(octets)
    assert says in lee.fails(2, "credential", "present", str(path))["error"]
    lee.fails(2, "credential", "present", str(tmp_path / "none"))


def test_somebody_elses_credential_is_not_sent(council, ada, lee, wire, tmp_path):
    path = issued(council, lee, tmp_path)
    assert "somebody else's key" in ada.fails(3, "credential", "present", str(path))["error"]
    assert not wire.sent("PUT", "/credential")


def test_receipts_are_checked(council, lee, wire, tmp_path):
    path = issued(council, lee, tmp_path)
    wire.change("PUT", "/credential", lambda found: {**found, "receipts": []})
    lee.fails(4, "credential", "present", str(path))


def test_words_of_a_request_are_checked_before_anything(lee, tmp_path):
    for role, place in (
        ("Physician", "X"),
        ("physician", ""),
        ("physician", "a\nb"),
        ("x" * 33, "X"),
    ):
        lee.fails(
            2, "credential", "request", "--role", role, "--organisation", place,
            "--output", str(tmp_path / "r"),
        )  # fmt: skip
