"""Becoming staff by a code, and by the portal's administrator who names the first.

Whoever uses a code is let take part on the organisation's word: what it checked, and who issued the
code, is kept as what was checked of the member. An issuer of role credentials would be asked in
`admit`, the one place that every enrolment passes once the member takes part.
"""

from accounts import events
from accounts.models import ActivationCode, Member, Organisation, Post, State
from accounts.organisations import codes
from accounts.organisations.models import ENROLLED
from accounts.services import membership
from accounts.transactions import atomic_retried
from sesphr import clock
from sesphr.ports.errors import Conflict, Refused


def redeem(code: ActivationCode, member: Member) -> Post:
    """Use a code for a member, within the transaction that makes or locks the member's row.

    Raises:
        BadCode: it was used meanwhile. Conflict: the member is staff there already.
    """
    row = codes.locked(code)
    # A member who was let take part otherwise does not lose that with a post.
    vouched = member.state == State.PENDING or by_organisations(member)
    post = _appoint(
        member, row.organisation, department=row.department, title=row.title,
        administrator=row.administrator, gave_role=vouched,
    )  # fmt: skip
    row.used, row.used_by = clock.now(), member
    row.save()
    Member.objects.filter(pk=member.pk).update(listed=True)
    events.record(member.pk, "enrolled", organisation=row.organisation.name, by=row.issued_by)
    return post


def by_organisations(member: Member) -> bool:
    """Whether the member takes part on the word of organisations alone."""
    return Post.objects.filter(member=member, gave_role=True).exists()


def _appoint(member: Member, organisation: Organisation, **terms: object) -> Post:
    if Post.objects.filter(member=member, organisation=organisation, current=True).exists():
        raise Conflict("This member belongs to this organisation already.")
    return Post.objects.create(member=member, organisation=organisation, **terms)


def admit(code: ActivationCode, member: Member) -> Member:
    """Let whoever used a code take part; again changes nothing.

    Raises:
        Unavailable: a node; repeat the call.
    """
    if member.state != State.PENDING:
        return member
    return membership.authorise(
        member=member, by=code.issued_by, checked=vouched_for(code), confirmed=bool(code.email)
    )


def vouched_for(code: ActivationCode) -> str:
    """What stands as checked of whoever used a code: the organisation's words, in no language of ours."""
    department = "" if code.department is None else code.department.name
    parts = (code.name, code.title, department, code.organisation.name)
    return " · ".join(part for part in parts if part)


def join(*, member: Member, typed: str) -> Post:
    """Use a code as a member who is there already.

    Raises:
        BadCode: it cannot be used, or is for somebody else.
        Conflict: the member is staff there already. Unavailable: a node; the code may be repeated.
    """
    code = codes.for_member(typed, member)
    post = _join(code, member)
    admit(code, Member.objects.get(pk=member.pk))
    events.publish(member.pk)
    return post


@atomic_retried
def _join(code: ActivationCode, member: Member) -> Post:
    locked = Member.objects.select_for_update().get(pk=member.pk)
    if code.used_by_id == member.pk:
        return Post.objects.get(member=locked, organisation=code.organisation, current=True)
    return redeem(code, locked)


@atomic_retried
def appoint_administrator(*, organisation: Organisation, member: Member) -> Post:
    """Let a member enrol and remove staff of an organisation; again changes nothing.

    Raises:
        Refused: somebody who does not take part, or not in a role that organisations vouch for.
    """
    locked = Member.objects.select_for_update().get(pk=member.pk)
    if not locked.is_authorised or locked.role not in ENROLLED:
        raise Refused(
            "An administrator of an organisation is an authorised member who is no patient or relative."
        )
    post = Post.objects.filter(member=locked, organisation=organisation, current=True).first()
    if post is None:
        return _appoint(locked, organisation, administrator=True)
    if not post.administrator:
        post.administrator = True
        post.save()
    return post


def finish() -> int:
    """Admit everybody whose code was used and whom a node could not admit then; how many."""
    waiting = ActivationCode.objects.filter(used_by__state=State.PENDING)
    rows = list(waiting.select_related("used_by", "organisation", "department"))
    for row in rows:
        if row.used_by is not None:
            admit(row, row.used_by)
    return len(rows)
