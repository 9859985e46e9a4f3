"""The demo's people, letters and codes."""

import json
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import otp
from accounts.models import Member
from sesphr import demo, letters


@pytest.fixture(autouse=True)
def _data(settings: Any, tmp_path: Path) -> None:
    settings.SESPHR_DATA = tmp_path


def ran(name: str, *words: str) -> str:
    out = StringIO()
    call_command(name, *words, stdout=out)
    return out.getvalue()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_passwords_are_random_kept_and_added(tmp_path: Path) -> None:
    first = demo.passwords(tmp_path)
    assert set(first) == {one.login for one in (*demo.PEOPLE, demo.ADMINISTRATOR)}
    assert len(set(first.values())) == len(first)
    path = tmp_path / "secrets" / "demo-people.json"
    assert mode(path) == 0o600
    path.write_text(json.dumps({demo.ADA.login: "kept"}), encoding="utf-8")
    again = demo.passwords(tmp_path)
    assert again[demo.ADA.login] == "kept"
    assert set(again) == set(first)
    assert demo.passwords(tmp_path) == again


@pytest.mark.django_db
def test_the_administrator_is_made_once_and_can_sign_in(tmp_path: Path) -> None:
    told = ran("demo_administrator")
    member = Member.objects.get(login=demo.ADMINISTRATOR.login)
    password = demo.passwords(tmp_path)[member.login]
    assert (member.is_staff, member.is_superuser, member.check_password(password)) == (
        True, True, True,
    )  # fmt: skip
    device = TOTPDevice.objects.get(user=member, confirmed=True)
    assert device.config_url in told
    assert password in told
    assert ran("demo_administrator") == told
    assert otp.accept(member, ran("demo_code", member.login.upper())) == device


@pytest.mark.django_db
def test_codes_are_not_printed_twice() -> None:
    ran("demo_administrator")
    member = Member.objects.get(login=demo.ADMINISTRATOR.login)
    first = ran("demo_code", member.login)
    assert otp.accept(member, first) is not None
    second = ran("demo_code", member.login)
    assert second != first
    assert otp.accept(member, second) is not None
    with pytest.raises(CommandError, match="Wait"):
        ran("demo_code", member.login)


@pytest.mark.django_db
def test_what_is_being_set_up_asks_for_its_code_first() -> None:
    ran("demo_administrator")
    member = Member.objects.get(login=demo.ADMINISTRATOR.login)
    begun = TOTPDevice.objects.create(user=member, name="new", confirmed=False)
    assert otp.confirm(begun, ran("demo_code", member.login))


@pytest.mark.django_db
def test_nobodys_codes() -> None:
    with pytest.raises(CommandError, match="no authenticator app"):
        ran("demo_code", "nobody@example.org")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["demo_administrator", "demo_code", "seed_demo", "demo"])
def test_nothing_of_it_works_in_production(settings: Any, name: str) -> None:
    settings.SESPHR_DEMO = False
    with pytest.raises(CommandError):
        ran(name, *(["admin@example.org"] if name == "demo_code" else []))
    assert not Member.objects.exists()


def test_letters_are_kept_one_file_each(tmp_path: Path, capsys: Any) -> None:
    backend = letters.DemoBackend()
    to = ["Eve/../../x@example.org", demo.ADA.login]
    for number, address in enumerate([*to, to[1]]):
        sent = backend.send_messages([EmailMessage(f"S{number}", f"body {number}", to=[address])])
        assert sent == 1
    kept = sorted((tmp_path / "mail").iterdir())
    assert len(kept) == 3
    assert mode(tmp_path / "mail") == 0o700
    assert {mode(one) for one in kept} == {0o600}
    newest = letters.newest(demo.ADA.login)
    assert newest is not None
    assert newest.endswith("Subject: S2\n\nbody 2")
    assert letters.newest("nobody@example.org") is None
    printed = capsys.readouterr().out
    assert "body 0" in printed
    assert "body 1" not in printed
