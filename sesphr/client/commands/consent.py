"""The consent code: setting it up, stopping it, and the rule that it opens by."""

import base64
import binascii
import secrets
import sys
from argparse import Namespace
from urllib.parse import quote

from sesphr.client import prompts, sharing, times, visits
from sesphr.client.app import Answer, App
from sesphr.client.commands import roles
from sesphr.client.commands.names import partitions as check_names
from sesphr.client.commands.sharing import require_keys, require_owner
from sesphr.client.errors import RefusedError, UsageError
from sesphr.client.lines import clean
from sesphr.client.session import Session
from sesphr.client.visits import Terms
from sesphr.crypto import consent
from sesphr.crypto.errors import DecodingError

HOURS = 24
MOST_HOURS = 24 * 365


def setup(app: App, options: Namespace) -> Answer:
    """Make a secret for an authenticator app, prove that the app has it, and seal it to each node."""
    given = None if options.secret is None else _secret(options.secret)
    with app.signed_in() as who:
        require_owner(who)
        secret = given or secrets.token_bytes(consent.SECRET)
        if given is None:
            _show(who, secret)
        code = options.code or prompts.secret("SESPHR_CONSENT_CODE", "Code of the app: ")
        if not consent.steps_of(secret, _digits(code), times.now()):
            raise RefusedError("The app does not show this code now; nothing was changed.")
        outcome = sharing.change(who, lambda present: present, secret=secret)
    lines = ["Your consent code is set up. Visits that an earlier one opened have ended."]
    return Answer(outcome.as_json(), lines)


def stop(app: App, options: Namespace) -> Answer:
    """Let every node forget the secret, and the visits that it opened."""
    del options
    with app.signed_in() as who:
        require_owner(who)
        outcome = sharing.change(who, lambda present: present, secret=b"")
    return Answer(outcome.as_json(), ["The consent code is stopped; what it opened has ended."])


def grant_any(app: App, options: Namespace) -> Answer:
    """Grant by a code, or else as always."""
    if not options.by_code and options.hours is None:
        return roles.grant_either(app, options)
    if not options.by_code or options.role is None or options.email is not None:
        raise UsageError("--code is for a --role, and --hours belongs to --code.")
    return grant(app, options)


def grant(app: App, options: Namespace) -> Answer:
    """Let a role read partitions for some hours after a code was read out."""
    chosen = check_names(options.partition, shared=True)
    if options.until is not None:
        raise UsageError("--until does not go with --code; --hours says how long a code opens.")
    hours = check_hours(options.hours or HOURS)
    with app.signed_in() as who:
        require_owner(who)
        authority = roles.find_authority(who, options.role, options.issuer)
        terms = Terms(
            authority.role, authority.issuer, tuple(chosen), hours, history=options.history
        )
        require_keys(who, chosen)
        outcome = sharing.change(who, lambda present: visits.given(present, terms))
    data = {
        "role": terms.role, "issuer": terms.issuer, "granted": list(chosen), "hours": hours,
        "history": terms.history, **outcome.as_json(),
    }  # fmt: skip
    line = (
        f"Whoever {clean(authority.name)} certifies as {terms.role} may read {', '.join(chosen)} "
        f"for {hours} hours after you read out a code."
    )
    return Answer(data, [line])


def check_hours(hours: int) -> int:
    """Hours that a rule may say."""
    if not 1 <= hours <= MOST_HOURS:
        raise UsageError(f"--hours must be 1 to {MOST_HOURS}.")
    return hours


def _show(who: Session, secret: bytes) -> None:
    """On stderr, for the owner's eyes; it is not part of any answer."""
    text = base64.b32encode(secret).decode()
    label = quote(f"SeSPHR consent - {who.me.name}")
    print(
        f"Secret for your authenticator app: {text}\n"
        f"otpauth://totp/{label}?secret={text}&issuer=SeSPHR%20consent",
        file=sys.stderr,
    )


def _secret(text: str) -> bytes:
    try:
        found = base64.b32decode("".join(text.split()).upper())
    except binascii.Error:
        found = b""
    if len(found) != consent.SECRET:
        raise UsageError("--secret must be 20 octets in base32: 32 letters and digits.")
    return found


def _digits(text: str) -> bytes:
    try:
        return consent.check_code("".join(text.split()))
    except DecodingError:
        raise UsageError("A code has six digits.") from None
