"""The routes of the second factor: an authenticator app, and backup codes for when it is lost."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from accounts import ratelimits, schemas
from accounts.api_devices import member_of
from accounts.reauthentication import Proof
from accounts.services import second_factor
from sesphr.web.auth import own_auth
from sesphr.web.bodies import SMALL, takes_json
from sesphr.web.problems import ProblemOut

router = Router(auth=own_auth, tags=["second factor"])

REFUSALS = {429: ProblemOut}


def _proof(request: HttpRequest, sent: schemas.ProofIn) -> Proof:
    ratelimits.spend("second-factor:member", str(member_of(request).id))
    return Proof(
        type=sent.current.type,
        login_secret=sent.current.login_secret,
        address=str(request.META.get("REMOTE_ADDR", "")),
        otp=sent.otp,
    )


@router.get("/second-factor", response=schemas.SecondFactorOut)
def status(request: HttpRequest) -> Any:
    """Whether a second factor is set."""
    found = second_factor.status(member_of(request))
    return {"since": found.since, "codes_left": found.codes_left}


@router.post("/second-factor", response={200: schemas.SetupOut, **REFUSALS})
@takes_json(SMALL)
def begin(request: HttpRequest, payload: schemas.ProofIn) -> Any:
    """Begin to set up an authenticator app; what is set counts until the new app is confirmed."""
    made = second_factor.begin(member=member_of(request), proof=_proof(request, payload))
    return {"uri": made.uri, "secret": made.secret}


@router.post(
    "/second-factor/confirm",
    response={200: schemas.BackupCodesOut, 409: ProblemOut, **REFUSALS},
)
@takes_json(SMALL)
def confirm(request: HttpRequest, payload: schemas.CodeIn) -> Any:
    """Set the app with a code of it, within 15 minutes; its backup codes are shown once."""
    ratelimits.spend("second-factor:member", str(member_of(request).id))
    address = str(request.META.get("REMOTE_ADDR", ""))
    codes = second_factor.confirm(member=member_of(request), code=payload.code, address=address)
    return {"codes": codes}


@router.post("/second-factor/codes", response={200: schemas.BackupCodesOut, **REFUSALS})
@takes_json(SMALL)
def renew_codes(request: HttpRequest, payload: schemas.ProofIn) -> Any:
    """Make new backup codes; all others open nothing any more."""
    proof = _proof(request, payload)
    return {"codes": second_factor.renew_codes(member=member_of(request), proof=proof)}


@router.post("/second-factor/remove", response={200: schemas.RemovedOut, **REFUSALS})
@takes_json(SMALL)
def remove(request: HttpRequest, payload: schemas.ProofIn) -> Any:
    """Sign in without a second factor from now on."""
    second_factor.remove(member=member_of(request), proof=_proof(request, payload))
    return {"removed": True}
