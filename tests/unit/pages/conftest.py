"""Members of each kind with a session, and pages that tell what they were rendered from."""

import json
from copy import deepcopy
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.ids import member_id
from accounts.models import Member, Role, State
from sesphr.web import pages
from tests.support.replay import beginning

DIGEST = b"\x01" * 32


def member(name: str, role: str, state: str = State.AUTHORISED) -> Member:
    """A member's row, as if registered."""
    login = f"{name}@example.org"
    if role == Role.ADMINISTRATOR:
        return Member.objects.create_superuser(login=login, name=name, password="x" * 20)
    return Member.objects.create(
        id=member_id(login), login=login, name=f"Dr. {name.title()} van Test", role=role,
        state=state, registration=DIGEST,
    )  # fmt: skip


def browser_of(one: Member | None) -> Client:
    """A browser in which this member is signed in."""
    made = Client(raise_request_exception=False)
    if one is not None:
        made.force_login(one, backend="django.contrib.auth.backends.ModelBackend")
    return made


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages answer the name of their template and what it was told, as JSON."""

    def render(request: Any, template: str, context: dict[str, Any], status: int) -> HttpResponse:
        told = json.dumps({"template": template, **context})
        return HttpResponse(told, status=status, content_type="application/json")

    monkeypatch.setattr(pages, "render", render)


@pytest.fixture
def browsers(db: None) -> dict[str, Client]:
    """A browser of each kind of visitor."""
    found: dict[str, Client] = {}
    for kind, cookies in beginning("pages", _sessions).items():
        found[kind] = Client(raise_request_exception=False)
        found[kind].cookies = deepcopy(cookies)
    return found


def _sessions() -> dict[str, SimpleCookie]:
    """The cookies of each kind of visitor's browser."""
    visitors = {
        "stranger": browser_of(None),
        "owner": browser_of(member("olga", "owner")),
        "physician": browser_of(member("phil", "physician")),
        "relative": browser_of(member("rita", "relative")),
        "new owner": browser_of(member("otto", "owner", State.PENDING)),
        "new nurse": browser_of(member("nina", "nurse", State.PENDING)),
        "administrator": browser_of(member("anna", Role.ADMINISTRATOR)),
    }
    return {kind: browser.cookies for kind, browser in visitors.items()}
