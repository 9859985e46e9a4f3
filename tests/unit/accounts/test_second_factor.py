"""Setting, using, renewing and losing a second factor."""

import logging
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Event, Member
from accounts.services import second_factor
from sesphr.ports.errors import Invalid
from tests.unit.accounts.people import Person, signed_in
from tests.unit.accounts.test_registration import kinds

pytestmark = pytest.mark.django_db


def status(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def proof(person: Person, kind: str = "password", **more: Any) -> dict[str, Any]:
    return {"current": {"type": kind, "login_secret": person.secret(kind)}, **more}


def code_of(device: TOTPDevice, steps: int = 0) -> str:
    """The code of so many steps from now."""
    return f"{totp(device.bin_key, t0=-30 * steps):06d}"


def forget_use() -> None:
    """As if the codes of now had not been used, and no wrong one been tried."""
    TOTPDevice.objects.update(
        last_t=-1, throttling_failure_count=0, throttling_failure_timestamp=None
    )
    StaticDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)


def begun(person: Person, **more: Any) -> TOTPDevice:
    assert person.post("second-factor", proof(person, **more)).status_code == 200
    return TOTPDevice.objects.get(user=person.member, confirmed=False)


def with_factor() -> tuple[Person, TOTPDevice, list[str]]:
    """Somebody signed in whose app is set, with its backup codes."""
    person = signed_in()
    device = begun(person)
    codes = person.post("second-factor/confirm", {"code": code_of(device)}).json()["codes"]
    forget_use()
    return person, TOTPDevice.objects.get(pk=device.pk), codes


def test_an_app_is_set_with_its_first_code() -> None:
    person = signed_in()
    assert person.call("GET", "second-factor").json() == {"since": None, "codes_left": 0}
    made = person.post("second-factor", proof(person)).json()
    device = TOTPDevice.objects.get()
    assert made["uri"].startswith("otpauth://totp/SeSPHR%3A")
    assert f"secret={made['secret']}" in made["uri"]
    assert not person.me().json()["second_factor"]
    answer = person.post("second-factor/confirm", {"code": code_of(device)})
    assert len(set(answer.json()["codes"])) == 10
    assert person.me().json()["second_factor"]
    told = person.call("GET", "second-factor").json()
    assert told["codes_left"] == 10
    assert abs(told["since"] - timezone.now().timestamp()) < 60
    assert kinds(person) == ["registered", "second-factor-set"]


def test_the_code_that_confirmed_is_used_up() -> None:
    person = signed_in()
    device = begun(person)
    code = code_of(device)
    person.post("second-factor/confirm", {"code": code})
    assert status(person.sign_in(otp=code)) == (401, "otp-needed")


def test_a_lost_confirmation_may_be_repeated_for_a_while() -> None:
    person = signed_in()
    code = code_of(begun(person))
    first = person.post("second-factor/confirm", {"code": code}).json()
    assert person.post("second-factor/confirm", {"code": code}).json() == first
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert status(person.post("second-factor/confirm", {"code": wrong})) == (409, "conflict")
    TOTPDevice.objects.update(last_used_at=timezone.now() - timedelta(minutes=3))
    assert status(person.post("second-factor/confirm", {"code": code})) == (409, "conflict")
    assert kinds(person).count("second-factor-set") == 1


def test_a_confirmation_is_not_repeated_once_a_backup_code_was_used() -> None:
    person = signed_in()
    code = code_of(begun(person))
    codes = person.post("second-factor/confirm", {"code": code}).json()["codes"]
    assert person.sign_in(otp=codes[0]).status_code == 200
    assert status(person.post("second-factor/confirm", {"code": code})) == (409, "conflict")


def test_nothing_begun_nothing_confirmed() -> None:
    assert status(signed_in().post("second-factor/confirm", {"code": "123456"})) == (
        409, "conflict",
    )  # fmt: skip


def test_what_was_begun_too_long_ago_is_begun_again() -> None:
    person = signed_in()
    device = begun(person)
    TOTPDevice.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert status(person.post("second-factor/confirm", {"code": code_of(device)})) == (
        409, "conflict",
    )  # fmt: skip
    assert not person.me().json()["second_factor"]


def test_beginning_again_forgets_the_key_of_before() -> None:
    person = signed_in()
    first, second = begun(person), begun(person)
    old, new = code_of(first), code_of(second)
    assert old != new
    assert status(person.post("second-factor/confirm", {"code": old})) == (401, "otp-needed")
    forget_use()
    assert person.post("second-factor/confirm", {"code": new}).status_code == 200


@pytest.mark.parametrize(
    "sent", ["", " ", "12345", "1234567", "abcdef", "\uff11" * 6, "-12345", "+12345", "1e5", "\x00" * 6]
)  # fmt: skip
def test_no_other_form_of_a_code_confirms(sent: str) -> None:
    person = signed_in()
    begun(person)
    answer = person.post("second-factor/confirm", {"code": sent})
    assert answer.status_code in (401, 422)
    assert not person.me().json()["second_factor"]


def test_wrong_codes_slow_the_setting_down() -> None:
    person = signed_in()
    device = begun(person)
    wrong = f"{(int(code_of(device)) + 1) % 10**6:06d}"
    assert status(person.post("second-factor/confirm", {"code": wrong})) == (401, "otp-needed")
    answer = person.post("second-factor/confirm", {"code": code_of(device)})
    assert status(answer) == (429, "rate-limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 2


@pytest.mark.parametrize("path", ["second-factor", "second-factor/codes", "second-factor/remove"])
def test_a_stolen_session_changes_nothing(path: str) -> None:
    person, device, _ = with_factor()
    code = code_of(device)
    wrong = {"current": {"type": "password", "login_secret": "0" * 64}, "otp": code}
    assert status(person.post(path, wrong)) == (401, "wrong-secret")
    assert status(person.post(path, proof(person))) == (401, "otp-needed")
    assert status(person.post(path, proof(person, otp="000000"))) == (401, "otp-needed")
    assert status(person.post(path, {"otp": code})) == (422, "invalid")
    assert status(Person().post(path, proof(person, otp=code))) == (401, "signed-out")
    assert TOTPDevice.objects.filter(confirmed=True).get().pk == device.pk
    assert StaticToken.objects.count() == 10
    forget_use()
    assert person.post(path, proof(person, otp=code)).status_code == 200


def test_failures_there_count_as_failures_to_sign_in(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "sign-in:login": (2, 900)}
    person, _, _ = with_factor()
    wrong = {"current": {"type": "password", "login_secret": "0" * 64}}
    assert status(person.post("second-factor/remove", wrong)) == (401, "wrong-secret")
    assert status(person.post("second-factor", wrong)) == (401, "wrong-secret")
    assert status(person.post("second-factor/codes", wrong)) == (429, "rate-limited")


def test_the_routes_are_limited(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "second-factor:member": (2, 3600)}
    person = signed_in()
    for expected in (200, 200, 429):
        assert person.post("second-factor", proof(person)).status_code == expected
    assert person.post("second-factor/confirm", {"code": "123456"}).status_code == 429


def test_a_new_app_takes_the_place_of_the_old_when_it_is_confirmed() -> None:
    person, old, codes = with_factor()
    new = begun(person, otp=code_of(old))
    forget_use()
    assert person.sign_in(otp=code_of(old)).status_code == 200
    assert person.sign_in(otp=code_of(new)).status_code == 401
    forget_use()
    fresh = person.post("second-factor/confirm", {"code": code_of(new)}).json()["codes"]
    forget_use()
    assert not set(codes) & set(fresh)
    assert person.sign_in(otp=code_of(old)).status_code == 401
    forget_use()
    assert person.sign_in(otp=codes[0]).status_code == 401
    forget_use()
    assert person.sign_in(otp=code_of(new)).status_code == 200


def test_a_code_signs_in_once() -> None:
    person, device, _ = with_factor()
    code = code_of(device)
    assert person.sign_in(otp=code).status_code == 200
    assert status(person.sign_in(otp=code)) == (401, "otp-needed")
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert person.sign_in(otp=code_of(device, -1)).status_code == 401
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert person.sign_in(otp=code_of(device, 1)).status_code == 200


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_old_and_future_codes_do_not_count(steps: int) -> None:
    person, device, _ = with_factor()
    assert status(person.sign_in(otp=code_of(device, steps))) == (401, "otp-needed")


def test_a_backup_code_signs_in_once_however_it_is_copied() -> None:
    person, _, codes = with_factor()
    copied = f" {codes[0][:4].upper()}-{codes[0][4:]} "
    assert person.sign_in(otp=copied).status_code == 200
    assert status(person.sign_in(otp=codes[0])) == (401, "otp-needed")
    assert person.call("GET", "second-factor").json()["codes_left"] == 9
    assert kinds(person)[-1] == "backup-code-used"
    row = Event.objects.filter(stream__member=person.id).order_by("number").last()
    assert row is not None
    assert not any(code in str(row.__dict__) for code in codes)


def test_wrong_backup_codes_do_not_slow_the_app_down() -> None:
    person, device, codes = with_factor()
    for _ in range(2):
        assert person.sign_in(otp="zzzzzzzz").status_code in (401, 429)
    assert status(person.sign_in(otp=codes[0])) == (429, "rate-limited")
    assert person.sign_in(otp=code_of(device)).status_code == 200


def test_anothers_codes_open_nothing() -> None:
    person, device, codes = with_factor()
    other, _, _ = with_factor()
    assert status(other.sign_in(otp=codes[0])) == (401, "otp-needed")
    assert status(other.sign_in(otp=code_of(device))) == (401, "otp-needed")
    forget_use()
    assert person.sign_in(otp=codes[0]).status_code == 200


def test_new_backup_codes_end_the_old() -> None:
    person, device, codes = with_factor()
    fresh = person.post("second-factor/codes", proof(person, otp=code_of(device))).json()["codes"]
    assert len(fresh) == 10
    assert not set(codes) & set(fresh)
    assert status(person.sign_in(otp=codes[0])) == (401, "otp-needed")
    forget_use()
    assert person.sign_in(otp=fresh[0]).status_code == 200
    assert "backup-codes-renewed" in kinds(person)


def test_a_backup_code_proves_too_and_the_recovery_code_is_noted() -> None:
    person, _, codes = with_factor()
    answer = person.post("second-factor/remove", proof(person, "recovery", otp=codes[0]))
    assert answer.json() == {"removed": True}
    assert kinds(person)[-3:] == ["backup-code-used", "recovery-used", "second-factor-removed"]
    assert person.sign_in().status_code == 200
    assert not StaticDevice.objects.exists()
    assert not TOTPDevice.objects.exists()


def test_without_a_factor_there_are_no_codes_to_renew() -> None:
    person = signed_in()
    answer = person.post("second-factor/codes", proof(person, otp="123456"))
    assert status(answer) == (422, "invalid")


def test_a_removal_whose_answer_was_lost_may_be_repeated() -> None:
    person, device, _ = with_factor()
    body = proof(person, otp=code_of(device))
    for _ in range(2):
        assert person.post("second-factor/remove", body).json() == {"removed": True}
    wrong = {"current": {"type": "password", "login_secret": "0" * 64}}
    assert status(person.post("second-factor/remove", wrong)) == (401, "wrong-secret")
    assert kinds(person).count("second-factor-removed") == 1


def test_an_administrator_helps_who_lost_everything() -> None:
    person, _, _ = with_factor()
    mail.outbox.clear()
    assert second_factor.reset(member=person.member, by="anna@example.org", checked="passport")
    [letter] = mail.outbox
    assert letter.to == [person.login]
    assert "removed the second factor" in str(letter.body)
    assert status(person.me()) == (401, "signed-out")
    assert person.sign_in().json()["member"]["second_factor"] is False
    assert kinds(person)[-1] == "second-factor-reset"
    assert not second_factor.reset(member=person.member, by="anna@example.org", checked="passport")
    assert kinds(person).count("second-factor-reset") == 1


@pytest.mark.parametrize("checked", ["", "  \n"])
def test_an_administrator_says_what_was_checked(checked: str) -> None:
    person, _, _ = with_factor()
    with pytest.raises(Invalid):
        second_factor.reset(member=person.member, by="anna@example.org", checked=checked)
    assert TOTPDevice.objects.filter(confirmed=True).exists()


def test_the_command_does_the_same_for_staff_too() -> None:
    anna = Member.objects.create_superuser(login="anna@example.org", name="Anna", password="x")
    TOTPDevice.objects.create(user=anna, name="phone", confirmed=True)
    for expected in ("Removed", "nothing was changed"):
        out = StringIO()
        call_command("reset_second_factor", "ANNA@example.org", checked="called back", stdout=out)
        assert expected in out.getvalue()
    assert not TOTPDevice.objects.exists()
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "anna@example.org")


def test_no_secret_reaches_a_log_or_an_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    person, device, codes = with_factor()
    answers = [
        person.sign_in(otp="999999"), person.sign_in(otp="zzzzzzzz"),
        person.post("second-factor", proof(person, otp="zzzzzzzy")),
        person.post("second-factor/confirm", {"code": "abcdefgh"}),
    ]  # fmt: skip
    told = caplog.text + "".join(str(one.content) + str(one.headers) for one in answers)
    assert device.key not in told
    for secret in (*codes, person.secret(), "999999", "zzzzzzzz", "abcdefgh"):
        assert secret not in told


def test_who_waits_or_is_suspended() -> None:
    person, _, _ = with_factor()
    Member.objects.filter(pk=person.id).update(state="suspended")
    assert status(person.call("GET", "second-factor")) == (401, "signed-out")
