"""Reads of organisations: what their administrators see, what members see of themselves, notices."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Leaving, Member, Notice, Organisation, Post
from accounts.organisations.folding import words
from sesphr.ports.errors import NotFound

PAGE = 50
NOTICES = 50


def administered(member: Member) -> QuerySet[Organisation]:
    """Organisations whose staff this member may enrol and remove, by name."""
    if not member.is_authorised:
        return Organisation.objects.none()
    mine = Q(posts__member=member, posts__current=True, posts__administrator=True)
    return Organisation.objects.filter(mine).order_by("name", "id")


def administered_by(member: Member, organisation: UUID) -> Organisation:
    """One of them.

    Raises:
        NotFound: there is none of this id, or it is not this member's to administer.
    """
    found = administered(member).filter(pk=organisation).first()
    if found is None:
        raise NotFound("There is no such organisation that you administer.")
    return found


@dataclass(frozen=True)
class Wanted:
    """Which staff: words of name or title, a department, a state; None and "" for all."""

    text: str = ""
    department: UUID | None = None
    state: str = ""


@dataclass(frozen=True)
class Staff:
    """A page of posts, how many there are in all, and whether another page follows."""

    posts: list[Post]
    total: int
    more: bool


def staff(organisation: Organisation, wanted: Wanted, page: int) -> Staff:
    """Posts of an organisation, those who are there first, by name."""
    found = Post.objects.filter(organisation=organisation)
    for word in words(wanted.text):
        found = found.filter(member__sought__contains=word)
    if wanted.department is not None:
        found = found.filter(department=wanted.department)
    if wanted.state:
        found = found.filter(state=wanted.state)
    ordered = found.select_related("member", "department", "leaving").order_by(
        "-current", "member__sought", "-until", "id"
    )
    first, total = page * PAGE, found.count()
    return Staff(list(ordered[first : first + PAGE]), total, total > first + PAGE)


def post_of(organisation: Organisation, post: UUID) -> Post:
    """One post of an organisation.

    Raises:
        NotFound: there is none of this id there.
    """
    rows = Post.objects.filter(organisation=organisation, pk=post)
    found = rows.select_related("member", "department", "organisation", "leaving").first()
    if found is None:
        raise NotFound("There is nobody of this number in this organisation.")
    return found


def leaving_of(post: Post) -> Leaving | None:
    """How a post ended, if its organisation ended it."""
    return getattr(post, "leaving", None)


def posts_of(member: Member) -> list[Post]:
    """A member's present posts, the oldest first."""
    rows = Post.objects.filter(member=member, current=True).order_by("since", "id")
    return list(rows.select_related("organisation", "department"))


def notices_to(owner: Member) -> list[Notice]:
    """What an owner has not dismissed, the newest first."""
    rows = Notice.objects.filter(owner=owner, dismissed=None).order_by("-leaving__asked", "id")
    return list(
        rows.select_related("leaving__post__member", "leaving__post__organisation")[:NOTICES]
    )
