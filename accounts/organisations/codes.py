"""One-time activation codes: issued, shown once, kept as a keyed hash, used at most once.

A code has 140 random bits; whoever issues it hands it over on paper or by word of mouth. It binds
the organisation, the role and the person's name; nothing of it ever leads to a seed.
"""

import secrets
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from accounts import events
from accounts.applications import Application, address, check_name
from accounts.ids import keyed_hash
from accounts.models import ActivationCode, Department, Member, Organisation
from accounts.organisations.models import ENROLLED
from accounts.transactions import atomic_retried
from sesphr import clock
from sesphr.ports.errors import Invalid, NotFound
from sesphr.web.problems import Problem

# Crockford's base 32: nothing in it is easily misread.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 28, 4
DAYS, MOST_DAYS = 14, 90
DAY = 24 * 3600
TITLE = 200
_MISREAD = str.maketrans("OIL", "011")


class BadCode(Problem):
    """The code opens nothing; the sentence says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(422, code, detail)


def _unknown() -> BadCode:
    return BadCode("code-wrong", "This activation code is not right. Compare it with your letter.")


@dataclass(frozen=True)
class Issued:
    """A new code; `text` is shown once and kept nowhere."""

    row: ActivationCode
    text: str = field(repr=False)


@dataclass(frozen=True)
class Enrolment:
    """For whom a code is: what it binds."""

    name: str
    role: str
    department: Department | None = None
    title: str = ""
    email: str = ""
    administrator: bool = False


def issue(
    *, organisation: Organisation, who: Enrolment, by: str, issuer: Member | None = None,
    days: int = DAYS,
) -> Issued:  # fmt: skip
    """Make a code; `by` says who issued it, `issuer` is the member in whose stream that stands.

    Raises:
        Invalid: a name, role, title, address or number of days that cannot be.
        NotFound: a department of another organisation.
    """
    _check(organisation, who, days)
    text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    row = _store(organisation, who, by, issuer, (text, days * DAY))
    if issuer is not None:
        events.publish(issuer.pk)
    return Issued(row, grouped(text))


def _check(organisation: Organisation, who: Enrolment, days: int) -> None:
    check_name(who.name)
    if who.role not in ENROLLED:
        raise Invalid(f"The role must be one of {', '.join(ENROLLED)}.")
    if len(who.title) > TITLE or not who.title.isprintable():
        raise Invalid(f"The title must have at most {TITLE} characters that can be seen.")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"A code lasts 1 to {MOST_DAYS} days.")
    if who.department is not None and who.department.organisation_id != organisation.pk:
        raise NotFound("There is no such department in this organisation.")


@atomic_retried
def _store(
    organisation: Organisation, who: Enrolment, by: str, issuer: Member | None,
    made: tuple[str, int],
) -> ActivationCode:  # fmt: skip
    text, seconds = made
    now = clock.now()
    row = ActivationCode.objects.create(
        organisation=organisation, department=who.department, name=check_name(who.name),
        role=who.role, title=who.title.strip(), email=who.email, administrator=who.administrator,
        hashed=_hashed(text), issued=now, issued_by=by, expires=now + seconds,
    )  # fmt: skip
    if issuer is not None:
        _note(issuer, "code-issued", row)
    return row


def _note(issuer: Member, kind: str, row: ActivationCode) -> None:
    events.record(issuer.pk, kind, organisation=row.organisation.name, name=row.name, role=row.role)


def grouped(text: str) -> str:
    """A code as it is printed."""
    return "-".join(text[i : i + GROUP] for i in range(0, LENGTH, GROUP))


def _hashed(typed: str) -> bytes:
    plain = "".join(typed.upper().replace("-", "").split()).translate(_MISREAD)
    return keyed_hash("activation", plain)


def outstanding(organisation: UUID) -> QuerySet[ActivationCode]:
    """Codes that can still be used, the newest first."""
    found = ActivationCode.objects.filter(organisation=organisation, used=None, withdrawn=None)
    return (
        found.filter(expires__gt=clock.now()).select_related("department").order_by("-issued", "id")
    )


def withdraw(*, organisation: Organisation, code: UUID, by: Member) -> None:
    """Make a code useless; again changes nothing.

    Raises:
        NotFound: no such code of this organisation, or it was used.
    """
    _withdraw(organisation, code, by)
    events.publish(by.pk)


@atomic_retried
def _withdraw(organisation: Organisation, code: UUID, by: Member) -> None:
    found = ActivationCode.objects.select_for_update().filter(organisation=organisation, pk=code)
    row = found.filter(used=None).first()
    if row is None:
        raise NotFound("There is no such code that could still be used.")
    if row.withdrawn is None:
        row.withdrawn = clock.now()
        row.save()
        _note(by, "code-withdrawn", row)


def look(typed: str) -> ActivationCode:
    """What a code is for, while it can be used.

    Raises:
        BadCode: it is unknown, used, withdrawn or too old.
    """
    return _usable(_found(typed))


def _found(typed: str) -> ActivationCode | None:
    rows = ActivationCode.objects.select_related("organisation", "department")
    return rows.filter(hashed=_hashed(typed)).first()


def _usable(row: ActivationCode | None) -> ActivationCode:
    if row is None:
        raise _unknown()
    if row.used is not None:
        raise BadCode("code-used", "This activation code was used already. Ask for a new one.")
    if row.withdrawn is not None:
        raise BadCode("code-withdrawn", "This activation code was withdrawn. Ask for a new one.")
    if row.expires <= clock.now():
        raise BadCode("code-expired", "This activation code is too old. Ask for a new one.")
    return row


def for_application(typed: str, application: Application) -> ActivationCode:
    """The code for somebody who registers; also one that this very registration used.

    Raises:
        BadCode: as `look`, or it is for another name, role or address.
    """
    row = _found(typed)
    if row is None or row.used_by_id != application.member:
        row = _usable(row)
    require_for(row, name=application.name, role=application.role, login=application.login)
    return row


def for_member(typed: str, member: Member) -> ActivationCode:
    """The code for a member who is there already; also one that this member used.

    Raises:
        BadCode: as `look`, or it is for another name, role or address.
    """
    row = _found(typed)
    if row is None or row.used_by_id != member.pk:
        row = _usable(row)
    require_for(row, name=member.name, role=member.role, login=member.login)
    return row


def require_for(row: ActivationCode, *, name: str, role: str, login: str) -> None:
    """Demand that a code is for whoever uses it.

    Raises:
        BadCode: it is for another name, role or address.
    """
    if (row.name.casefold(), row.role) != (name.casefold(), role):
        raise BadCode(
            "code-other",
            f"This activation code is for {row.name}, {row.role}, and for nobody else.",
        )
    if row.email and row.email != login:
        raise BadCode("code-address", "This activation code is for another e-mail address.")


def locked(row: ActivationCode) -> ActivationCode:
    """The code's row, locked until the transaction ends, while it can be used.

    Raises:
        BadCode: it was used or withdrawn meanwhile, or has become too old.
    """
    rows = ActivationCode.objects.select_for_update().select_related("organisation", "department")
    return _usable(rows.filter(pk=row.pk).first())


def checked_email(typed: str) -> str:
    """An address as logins are kept; empty for none.

    Raises:
        Invalid, DecodingError: it is no address.
    """
    login = typed.strip().lower()
    return address(login) if login else ""
