"""Who may see the administration's pages, what is on them, and what never is."""

import secrets
from base64 import b32encode, b64encode, urlsafe_b64encode
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Device, KeySlot, Member
from accounts.models import Event as PortalEvent
from srs.models import AccessRequest, Delegation, RParameter, Share
from srs.models import Event as NodeEvent
from tests.support import staff as people
from tests.support.tables import unchanged
from tests.unit.staff.conftest import REASON, World

pytestmark = pytest.mark.django_db(databases="__all__")

POST_ONLY = ("/verify/", "/close/")
REGISTERED = {
    "accounts.organisation", "accounts.post", "accounts.activationcode",
    "accounts.member", "accounts.event", "phr.keyrequest", "phr.integrityreport",
    "srs.accessrequest", "srs.version", "srs.event", "srs.credential", "srs.contribution", "cloudstore.document",
    "cloudstore.attachment", "cloudstore.upload", "audit.entry",
}  # fmt: skip


def readable(world: World) -> list[str]:
    """The addresses of pages that answer GET; the member's are those of somebody who waits."""
    found = list(people.pages(world.waiting.member.pk))
    acts = reverse("admin:accounts_member_reset", args=[world.waiting.member.pk])
    return [one for one in found if not one.endswith(POST_ONLY) and one != acts]


def test_only_our_own_tables_are_registered() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == REGISTERED


def test_every_table_has_a_row_in_the_world(world: World) -> None:
    for model in admin.site._registry:
        assert model._base_manager.exists(), model


def test_verified_staff_see_every_page(world: World) -> None:
    found = readable(world)
    assert len(found) > 2 * len(REGISTERED)
    for url in found:
        assert world.http.get(url).status_code == 200, url


def test_nobody_else_sees_any(world: World) -> None:
    sam = people.staff("sam")
    alex = people.staff("alex")
    people.device_of(alex)
    visitors = {
        "anonymous": people.browser(),
        "owner": world.owner.http,
        "doctor": world.doctor.http,
        "waiting": world.waiting.http,
        "staff without a device": people.browser(sam),
        "staff with an unproven device": people.browser(alex),
    }
    for url in [*people.pages(world.waiting.member.pk), "/admin/nothing/here"]:
        for who, http in visitors.items():
            for method in ("get", "post"):
                answer = getattr(http, method)(url)
                assert (answer.status_code, answer.content) == (302, b""), (who, url)
                assert answer.headers["Location"].startswith("/admin/login?next="), (who, url)


def test_a_device_of_somebody_else_proves_nothing(world: World) -> None:
    sam = people.staff("sam")
    http = people.browser(sam)
    session = http.session
    session["otp_device_id"] = TOTPDevice.objects.get(user__login="jo@example.org").persistent_id
    session.save()
    assert http.get("/admin/").status_code == 302


def test_suspended_staff_see_nothing(world: World) -> None:
    Member.objects.filter(login="jo@example.org").update(state="suspended")
    assert world.http.get("/admin/").status_code == 302


@pytest.mark.parametrize("page", ["add/", "1/delete/", "1/history/", "1/password/", "1/change/"])
def test_there_is_no_page_to_add_change_or_delete(world: World, page: str) -> None:
    for url in people.lists():
        for method in ("get", "post"):
            status = getattr(world.http, method)(url + page).status_code
            assert status in (404, 405), (url, page, method)


def test_there_is_none_of_djangos_other_pages(world: World) -> None:
    for page in ("password_change/", "autocomplete/", "jsi18n/", "r/1/1/", "accounts/", "auth/group/",
                 "otp_totp/totpdevice/", "otp_static/staticdevice/", "sessions/session/"):  # fmt: skip
        assert world.http.get(f"/admin/{page}").status_code == 404, page


def test_lists_and_details_take_no_other_method(world: World) -> None:
    acts = (
        "authorise",
        "suspend",
        "depart",
        "reset",
        "new",
        "administrator",
        *(one.strip("/") for one in POST_ONLY),
    )
    plain = [
        url for url in people.pages() if not url.strip("/").endswith(acts) and url != "/admin/"
    ]
    sent = {"action": "delete_selected", "_selected_action": "1", "name": "other", "_save": "1"}
    with unchanged():
        for url in plain:
            for method in ("post", "put", "delete", "patch"):
                assert getattr(world.http, method)(url, sent).status_code == 405, (method, url)


def _share(world: World) -> bytes:
    made = secrets.token_bytes(32)
    Share.objects.create(owner_id=world.owner.id, partition="medical", epoch=1, group="g", s=made)
    return made


def secrets_of(world: World) -> dict[str, Any]:
    """What no page may show, by what it is: octets or text."""
    device = StaticDevice.objects.create(user=world.owner.member, confirmed=True)
    StaticToken.objects.create(device=device, token="plantedtoken1")
    people.device_of(world.owner.member)
    octets = {
        "sealed seed": KeySlot.objects.values_list("sealed", flat=True),
        "session share": Device.objects.values_list("share", flat=True),
        "R parameter": RParameter.objects.values_list("r", flat=True),
        "re-encryption key": Delegation.objects.values_list("d", flat=True),
        "share for roles": [_share(world)],
        "salt of a node's event": NodeEvent.objects.values_list("salt", flat=True),
        "salt of the portal's event": PortalEvent.objects.values_list("salt", flat=True),
        "TOTP key": [
            bytes.fromhex(one) for one in TOTPDevice.objects.values_list("key", flat=True)
        ],
    }
    texts = {
        "hash of a login secret": KeySlot.objects.values_list("secret_hash", flat=True),
        "hash of a password": Member.objects.values_list("password", flat=True),
        "backup code": StaticToken.objects.values_list("token", flat=True),
        "session key": Session.objects.values_list("session_key", flat=True),
        "answer": AccessRequest.objects.values_list("answer", flat=True),
        "ticket": [one for row in AccessRequest.objects.all() for one in row.tickets or ()],
        "reason for the owner": [REASON],
    }
    found = {}
    for what, values in octets.items():
        encoded = [text for one in values for text in encodings(bytes(one))]
        assert encoded, what
        found[what] = encoded
    for what, values in texts.items():
        assert [one for one in values if one], what
        found[what] = [one for one in values if one]
    return found


def encodings(octets: bytes) -> list[str]:
    plain = [b64encode(octets), urlsafe_b64encode(octets), b32encode(octets)]
    return [octets.hex(), octets.hex().upper(), str(octets), *(one.decode().rstrip("=") for one in plain)]  # fmt: skip


def test_no_page_shows_what_opens_something(world: World) -> None:
    secret = secrets_of(world)
    for url in [
        *readable(world),
        reverse("admin:accounts_member_reset", args=[world.owner.member.pk]),
    ]:
        answer = world.http.get(url)
        assert answer.status_code == 200, url
        text = answer.content.decode("utf-8", "replace")
        for what, values in secret.items():
            assert not any(value in text for value in values), (what, url)


class Inline(HTMLParser):
    """Finds scripts, inline styles, and attributes that the policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "iframe", "object"):
            self.found.append(tag)
        for name, value in attrs:
            inline = (
                name == "style" or name.startswith("on") or (value or "").startswith("javascript:")
            )
            if inline or (name in ("src", "action") and (value or "").startswith("http")):
                self.found.append(f"{tag} {name}={value}")


def test_pages_need_no_script_and_have_nothing_inline(world: World) -> None:
    for url in readable(world):
        answer = world.http.get(url)
        if answer.headers["Content-Type"].startswith("text/html"):
            parser = Inline()
            parser.feed(answer.content.decode())
            assert parser.found == [], url
        assert "no-store" in answer.headers["Cache-Control"], url
        assert "'unsafe" not in answer.headers["Content-Security-Policy"]
