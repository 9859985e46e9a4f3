"""Arguments, options before and after the command, passwords and codes, the account's commands."""

import io
import json

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from sesphr.client import prompts
from sesphr.client.cli import parse
from sesphr.client.errors import UsageError

from .conftest import PASSWORD, Endpoint


@pytest.mark.parametrize(
    "words",
    [
        [], ["nonsense"], ["open"], ["open", "x"], ["register", "--role", "king", "--name", "n", "--email", "e"],
        ["request", "--owner", "a@b.c"], ["grant", "a@b.c"], ["records", "--nonsense"], ["deposit", "a", "b"],
        ["register", "--role", "owner", "--name", "\udc80", "--email", "e@example.org"], ["open", "r", "--out", "d"],
    ],
)  # fmt: skip
def test_usage_is_exit_2_and_one_object(words, tmp_path):
    found = Endpoint(tmp_path, "", None).run(*words)
    assert found.code == 2
    assert set(found.json) == {"error", "code"}
    found = Endpoint(tmp_path, "", None).run(*words, json_=False)
    assert (found.code, found.out) == (2, "")


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "--home", "h", "--server", "s", "--login", "l", "whoami"],
        ["whoami", "--json", "--home", "h", "--server", "s", "--login", "l"],
        ["--json", "--home", "x", "whoami", "--home", "h", "--server", "s", "--login", "l"],
    ],
)
def test_global_options_stand_before_or_after(words):
    found = parse(words)
    assert (found.json, found.home, found.server, found.login) == (True, "h", "s", "l")


@pytest.mark.parametrize("issuer", ["-" + "x" * 42, "--" + "x" * 41, "x" * 43])
def test_a_digest_may_begin_with_a_hyphen(issuer):
    found = parse(["emergency", "rule", "--issuer", issuer, "--role", "physician", "--hours", "1"])
    assert (found.issuer, found.role, found.hours) == (issuer, "physician", 1)
    for words in (["--issuer"], ["--issuer", "--hours", "1"]):
        with pytest.raises(UsageError, match="--issuer"):
            parse(["emergency", "rule", *words])


def test_nobody_is_a_matter_of_usage(tmp_path, monkeypatch):
    monkeypatch.delenv("SESPHR_LOGIN", raising=False)
    found = Endpoint(tmp_path, "", None).run("whoami")
    assert (found.code, found.json["code"]) == (2, "usage")


@pytest.mark.parametrize("login", ["", "a b@example.org", "é@example.org", "x" * 255])
def test_addresses_that_are_none(tmp_path, login):
    words = ("register", "--role", "owner", "--name", "n", "--email", login)
    assert Endpoint(tmp_path, "", None).run(*words).code == 2


def test_a_password_comes_from_the_environment_or_a_line(monkeypatch):
    monkeypatch.setenv("SESPHR_PASSWORD", "from the environment")
    assert prompts.password() == "from the environment"
    monkeypatch.delenv("SESPHR_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO("a line\nnext\n"))
    assert prompts.password() == "a line"
    assert prompts.recovery_code(None) == "next"
    with pytest.raises(UsageError):
        prompts.password()
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(UsageError):
        prompts.password()
    monkeypatch.setenv("SESPHR_PASSWORD", "\udc80")
    with pytest.raises(UsageError):
        prompts.password()


@pytest.mark.django_db(databases="__all__")
class TestAccount:
    """The account's commands against the server."""

    def test_a_weak_password_gets_advice(self, wire, tmp_path, monkeypatch):
        monkeypatch.setenv("SESPHR_PASSWORD", "password1")
        eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
        found = eve.fails(2, "register", "--role", "owner", "--name", "E", "--email", eve.login)
        assert found["code"] == "weak-password"
        assert not wire.sent("POST", "/members")
        assert not (eve.home / "registering.json").exists()

    def test_a_wrong_password_is_exit_3(self, ada, monkeypatch):
        monkeypatch.setenv("SESPHR_PASSWORD", "something else 44")
        assert ada.fails(3, "whoami")["code"] == "wrong-secret"
        assert ada.fails(3, "--login", "nobody@example.org", "whoami")["code"] == "wrong-secret"

    def test_changing_the_password(self, ada, monkeypatch):
        monkeypatch.setenv("SESPHR_NEW_PASSWORD", "password1")
        assert ada.fails(2, "change-password")["code"] == "weak-password"
        monkeypatch.setenv("SESPHR_NEW_PASSWORD", "umbrella-copper-13-lake")
        assert ada.ok("change-password") == {"changed": True}
        ada.fails(3, "whoami")
        monkeypatch.setenv("SESPHR_PASSWORD", "umbrella-copper-13-lake")
        ada.ok("whoami")
        assert ada.ok("sign-out-everywhere") == {"ended": True}
        ada.ok("whoami")

    def test_recovering(self, wire, tmp_path, monkeypatch):
        eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
        made = eve.ok("register", "--role", "owner", "--name", "E", "--email", eve.login)
        monkeypatch.setenv("SESPHR_PASSWORD", "umbrella-copper-13-lake")
        monkeypatch.setenv("SESPHR_RECOVERY_CODE", made["recovery_code"].lower().replace("-", " "))
        elsewhere = Endpoint(tmp_path / "elsewhere", eve.login, wire)
        done = elsewhere.ok("--login", eve.login, "recover")
        assert done["fingerprint"] == made["fingerprint"]
        assert done["recovery_code"] != made["recovery_code"]
        eve.ok("whoami")
        eve.fails(3, "recover")
        eve.fails(2, "recover", "--code", "no code")
        fresh = eve.ok("recovery-code")["recovery_code"]
        eve.fails(3, "recover", "--code", done["recovery_code"])
        eve.ok("recover", "--code", fresh)
        for _, _, body in wire.requests:
            for secret in (made["recovery_code"], fresh, PASSWORD, "umbrella"):
                assert secret.encode() not in body

    def test_a_second_factor_is_asked_for(self, ada, monkeypatch):
        from django_otp.oath import totp

        from accounts.models import Member

        device = TOTPDevice.objects.create(
            user=Member.objects.get(login=ada.login), name="t", confirmed=True
        )
        monkeypatch.setattr("sys.stdin", io.StringIO(""))
        ada.fails(2, "whoami")
        monkeypatch.setenv("SESPHR_OTP", "000000")
        assert ada.fails(3, "whoami")["code"] == "otp-needed"
        TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
        monkeypatch.setenv("SESPHR_OTP", f"{totp(device.bin_key):06d}")
        assert ada.ok("whoami")["second_factor"] is True

    def test_a_known_address_gets_no_code(self, ada, wire, tmp_path, monkeypatch):
        eve = Endpoint(tmp_path / "eve", ada.login, wire)
        words = ("register", "--role", "owner", "--name", "E", "--email")
        monkeypatch.setenv("SESPHR_PASSWORD", "umbrella-copper-13-lake")
        found = eve.fails(3, *words, ada.login)
        assert found["code"] == "registered-already"
        assert "recovery_code" not in found
        # The same password on another device: that account has other keys.
        monkeypatch.setenv("SESPHR_PASSWORD", PASSWORD)
        assert eve.fails(3, *words, ada.login)["code"] == "registered-already"
        assert eve.ok(*words, "eve@example.org")["recovery_code"]
        assert not (eve.home / "registering.json").exists()
        ada.ok("whoami")

    def test_confirming_by_the_letters_link(self, wire, tmp_path, mailoutbox):
        eve = Endpoint(tmp_path / "eve", "eve@example.org", wire)
        eve.ok("register", "--role", "nurse", "--name", "E", "--email", eve.login)
        (link,) = [line for line in mailoutbox[0].body.split("\n") if "token=" in line]
        assert eve.ok("whoami")["confirmed"] is False
        eve.fails(2, "confirm", "nonsense")
        assert eve.ok("confirm", link) == {"confirmed": True}
        assert eve.ok("whoami")["confirmed"] is True

    def test_files_that_are_not_accepted(self, ada, tmp_path):
        for octets in (b"", b"hello", b"<a>", b"<!DOCTYPE a><a/>", b"<a/><b/>", b"\xff\xfe<a/>"):
            path = tmp_path / "f"
            path.write_bytes(octets)
            ada.fails(6, "deposit", "--partition", f"medical={path}")
            ada.fails(6, "deposit", str(path))
        ada.fails(2, "deposit", str(tmp_path / "missing"))
        ada.fails(6, "deposit", str(tmp_path))
        ada.fails(2, "deposit", "--partition", "medical")
        ada.fails(2, "deposit", "--partition", "original=x")
        ada.fails(2, "deposit", str(path), "--partition", f"medical={path}")

    def test_a_folder_that_cannot_be_written_is_named(self, ada, tmp_path):
        path = tmp_path / "m.xml"
        path.write_text("<a/>")
        record = ada.ok("deposit", "--partition", f"medical={path}")["record"]
        found = ada.fails(2, "open", record, "--output", str(path))
        assert "m.xml" in found["error"]

    def test_two_accounts_in_one_home(self, ada, lee):
        lee.home = ada.home
        assert ada.ok("whoami")["login"] == ada.login
        assert ada.ok("--login", lee.login, "whoami")["login"] == lee.login
        assert json.loads((ada.home / "settings.json").read_text())["login"] == ada.login
