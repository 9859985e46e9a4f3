"""Test staff: with and without a second factor, signed in as the administration's pages do it."""

import time
from base64 import b32decode
from collections.abc import Iterator
from typing import Any, Self

from django.contrib import admin
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Member

PASSWORD = "a long staff password"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def staff(name: str = "jo") -> Member:
    """An administrator without a second factor."""
    return Member.objects.create_superuser(
        login=f"{name}@example.org", name=name.title(), password=PASSWORD
    )


def browser(member: Member | None = None) -> Client:
    """A browser; signed in by the password alone, if at all."""
    made = Client(REMOTE_ADDR="192.0.2.7", raise_request_exception=False)
    if member is not None:
        made.force_login(member, backend=BACKEND)
    return made


def device_of(member: Member) -> TOTPDevice:
    """An authenticator app of this member, set up."""
    return TOTPDevice.objects.create(user=member, name="authenticator", confirmed=True)


def verified(member: Member | None = None) -> Client:
    """A browser whose session proved the second factor."""
    member = member or staff()
    device, made = device_of(member), browser(member)
    session = made.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return made


def code(key: bytes) -> str:
    """What an authenticator app with this key shows now."""
    made = TOTP(key)
    made.time = time.time()
    return f"{made.token():06d}"


def code_of_secret(secret: str) -> str:
    """The same, for the key as people type it."""
    return code(b32decode(secret))


def lists() -> list[str]:
    """The addresses of all lists."""
    found = admin.site._registry
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in found
    ]


def pages(member_pk: Any = None) -> Iterator[str]:
    """Every address that the administration answers to GET, with the first row of each table."""
    yield reverse("admin:index")
    for model, registered in admin.site._registry.items():
        first = model._base_manager.order_by("pk").first()
        for pattern in registered.get_urls():
            text = str(pattern.pattern)
            if "<" not in text:
                yield reverse(f"admin:{pattern.name}")
            elif first is not None:
                key = member_pk if member_pk and model is Member else first.pk
                yield reverse(f"admin:{pattern.name}", args=[key])


class Queries:
    """Counts the queries of all databases inside the block."""

    def __enter__(self) -> Self:
        self._contexts = [CaptureQueriesContext(connections[alias]) for alias in connections]
        for one in self._contexts:
            one.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        for one in self._contexts:
            one.__exit__(*error)  # type: ignore[arg-type]
        self.count = sum(len(one.captured_queries) for one in self._contexts)
