"""The accounts routes of the HTTP API: parse, call, answer.

Nothing that these routes answer tells whether a login exists.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth import login as start_session
from django.contrib.auth import logout
from django.http import HttpRequest
from django_otp import login as mark_verified
from ninja import Router, Status

from accounts import (
    api_devices,
    api_second_factor,
    applications,
    mail,
    ratelimits,
    schemas,
    selectors,
    services,
    signin,
    slots,
)
from accounts.guardians import acting
from accounts.guardians.api import router as guardians_router
from accounts.guardians.api_handing import router as handing_router
from accounts.middleware import device_of
from accounts.models import Member, Role
from accounts.organisations.api import router as organisations_router
from accounts.organisations.api_members import counted_if_wrong
from accounts.organisations.api_members import router as members_router
from accounts.services.registration import send_confirmation_again
from sesphr.crypto.encoding import check_login
from sesphr.ports.errors import Invalid
from sesphr.web.auth import acting_auth, authorised_auth, member_auth, own_auth
from sesphr.web.bodies import APPLICATION, SMALL, takes_json
from sesphr.web.languages import wished
from sesphr.web.problems import ProblemOut

router = Router(tags=["accounts"])

BACKEND = "django.contrib.auth.backends.ModelBackend"
REFUSALS = {401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}
REFUSALS |= {429: ProblemOut, 503: ProblemOut}
router.add_router("", api_devices.router)
router.add_router("", api_second_factor.router)
router.add_router("", members_router)
router.add_router("/organisations", organisations_router)
router.add_router("", guardians_router)
router.add_router("", handing_router)


def address_of(request: HttpRequest) -> str:
    """Return the client's address as the server in front of Django saw it."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _counted(name: str) -> Callable[[HttpRequest], None]:
    """A check that counts one more of `name` for the client's address."""
    return lambda request: ratelimits.spend(name, address_of(request))


def _confirm_page(request: HttpRequest) -> str:
    return request.build_absolute_uri(mail.CONFIRM_PAGE)


def _member(request: HttpRequest) -> Member:
    member: Member = request.auth  # type: ignore[attr-defined]
    return member


@router.post("/sign-in/parameters", response={200: schemas.ParametersOut, **REFUSALS})
@takes_json(SMALL, _counted("lookup:address"))
def sign_in_parameters(request: HttpRequest, payload: schemas.LookupIn) -> Any:
    """Salts and parameters of a login's slots, and its member id; they never change.

    They are the same before anybody registers, after every change and after departure.
    """
    check_login(payload.login)
    return selectors.parameters(payload.login)


@router.post("/members", response={202: schemas.RegisteredOut, **REFUSALS})
@takes_json(APPLICATION, _counted("register:address"))
def register(request: HttpRequest, payload: schemas.RegisterIn) -> Any:
    """Register; a letter with a link goes to the address. A known login is answered alike.

    With an activation code the account is open at once, which the answer does not tell.
    """
    application = applications.parse(
        login=payload.login,
        name=payload.name,
        role=payload.role,
        registration=payload.registration,
        sent_slots=[slot.model_dump() for slot in payload.slots],
    )
    terms = {"page": _confirm_page(request), "language": wished(request)}
    code = payload.activation_code

    def take() -> UUID:
        return services.register(application=application, activation_code=code, **terms)

    member = take() if code is None else counted_if_wrong(request, take)
    return Status(202, {"member": str(member), "state": "pending"})


@router.post("/members/confirm", response={200: schemas.ConfirmedOut, **REFUSALS})
@takes_json(SMALL)
def confirm(request: HttpRequest, payload: schemas.ConfirmIn) -> Any:
    """Confirm the e-mail address with the token of the letter."""
    services.confirm(token=payload.token)
    return {"confirmed": True}


@router.post("/session", response={200: schemas.SignedInOut, **REFUSALS})
@takes_json(SMALL)
def sign_in(request: HttpRequest, payload: schemas.SignInIn) -> Any:
    """Start a session and hand out the sealed seed; an unconfirmed address gets its letter again."""
    check_login(payload.login)
    found = signin.sign_in(
        login=payload.login,
        slot_type=payload.type,
        login_secret=payload.login_secret,
        otp=payload.otp,
        address=address_of(request),
    )
    # A session of before ends, also a page's that was locked: each sign-in has its own share.
    logout(request)
    start_session(request, found.member, backend=BACKEND)
    if found.device is not None:
        mark_verified(request, found.device)
    # The lookup before a sign-in that succeeds does not count either.
    ratelimits.Limit("lookup:address", address_of(request)).give_back()
    send_confirmation_again(member=found.member, page=_confirm_page(request))
    return {
        "member": selectors.me(found.member),
        "slot": slots.public(found.slot),
        "generations": found.generations,
        "former": slots.former_of(found.member.id),
        **api_devices.life(request),
    }


@router.get("/session", auth=own_auth, response={200: schemas.SessionOut, **REFUSALS})
def session(request: HttpRequest) -> Any:
    """Tell who is signed in; asking is no sign of the member, and the session does not last longer."""
    member = _member(request)
    generations = selectors.generations(member.id)
    found = acting.of_request(request)
    shown = selectors.me(member if found is None else found.dependant)
    guardian = (
        None
        if found is None
        else {"id": str(member.id), "login": member.login, "name": member.name}
    )
    return {
        **shown,
        **api_devices.life(request),
        "generations": generations,
        "guardian": guardian,
        "former": slots.former_of(UUID(shown["id"])),
    }


@router.delete("/session", response={204: None})
def sign_out(request: HttpRequest) -> Any:
    """End this session; without one, nothing happens."""
    logout(request)
    return Status(204, None)


@router.post("/session/everywhere/end", auth=own_auth, response={200: schemas.EndedOut, **REFUSALS})
def sign_out_everywhere(request: HttpRequest) -> Any:
    """End every session of the member, this one included."""
    services.end_sessions(member=_member(request))
    logout(request)
    return {"ended": True}


@router.put("/slots/{type}", auth=own_auth, response={200: schemas.GenerationOut, **REFUSALS})
@takes_json(SMALL)
def replace_slot(
    request: HttpRequest,
    type: schemas.SlotKind,  # noqa: A002 -- the path's name for it
    payload: schemas.ReplaceSlotIn,
) -> Any:
    """Replace a key slot by its next generation; a new password ends all other sessions."""
    if payload.slot.type != type:
        raise Invalid("The slot is of another type than the address says.")
    member = _member(request)
    new = slots.parse(
        payload.slot.model_dump(), payload.login_secret, member=member.id, login=member.login
    )
    found = services.replace_slot(
        member=member,
        new=new,
        current_type=payload.current.type,
        current_secret=payload.current.login_secret,
        address=address_of(request),
        session=device_of(request).session,
    )
    api_devices.keep_session(request, found)
    return {"generation": new.generation}


@router.post(
    "/registrations", auth=authorised_auth, response={200: schemas.ReceiptsOut, **REFUSALS}
)
@takes_json(APPLICATION)
def add_registration(request: HttpRequest, payload: schemas.RegistrationIn) -> Any:
    """Register further partition keys at every node."""
    member = _member(request)
    ratelimits.spend("registration:member", acting.counted(request))
    receipts = services.add_registration(member=member, registration=payload.registration)
    return {"receipts": receipts}


@router.get(
    "/registrations", auth=acting_auth, response={200: schemas.RegistrationsOut, **REFUSALS}
)
def registrations(request: HttpRequest) -> Any:
    """One's own signed registrations, oldest first."""
    return {"registrations": selectors.registrations(_member(request).id)}


@router.post("/directory", auth=member_auth, response={200: schemas.DirectoryOut, **REFUSALS})
@takes_json(SMALL)
def directory_by_login(request: HttpRequest, payload: schemas.LookupIn) -> Any:
    """Find a member by the exact login, if one may see them."""
    check_login(payload.login)
    asker = _asker(request)
    return _directory(selectors.directory_entry_by_login(asker=asker, login=payload.login), asker)


@router.get(
    "/directory/{member}", auth=member_auth, response={200: schemas.DirectoryOut, **REFUSALS}
)
def directory_by_id(request: HttpRequest, member: schemas.MemberId) -> Any:
    """Find a member by id, if one may see them."""
    asker = _asker(request)
    return _directory(selectors.directory_entry(asker=asker, member=UUID(member)), asker)


def _asker(request: HttpRequest) -> Member:
    ratelimits.spend("directory:member", acting.counted(request))
    return _member(request)


def _directory(entry: selectors.Entry, asker: Member) -> dict[str, Any]:
    # Of an owner it may tell more than she shares, and nobody else decides anything by it.
    private = entry.member.role == Role.OWNER and entry.member.id != asker.id
    return {
        "member": str(entry.member.id),
        "name": entry.member.name,
        "role": entry.member.role,
        "state": entry.member.state,
        "registrations": entry.registrations,
        "checked": "" if private else entry.member.checked,
        "joined": entry.member.joined,
    }
