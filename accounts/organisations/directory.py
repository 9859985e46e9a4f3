"""The directory of providers: professionals who agreed to be found, by name, speciality and place.

It shows staff and never a patient. A search has to say something, and shows a hundred at most, so
that the list cannot be read off; how often a member may ask is limited where it is called.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from accounts.models import Member, Post, State
from accounts.organisations.folding import words
from accounts.organisations.models import ENROLLED
from accounts.organisations.specialities import SPECIALITIES
from sesphr.ports.errors import Invalid

PAGE, PAGES = 20, 5
# A letter or two would list half of everybody.
SHORTEST = 2


@dataclass(frozen=True)
class Search:
    """What is looked for; "" leaves one open. `place` is a town, a postcode or an organisation."""

    name: str = ""
    speciality: str = ""
    place: str = ""


@dataclass(frozen=True)
class Providers:
    """A page of members with their present posts (`present`); `too_many`: more than are shown at all."""

    members: list[Member]
    more: bool
    too_many: bool


def find(search: Search, page: int) -> Providers:
    """Those who agreed to be found, by name.

    Raises:
        Invalid: nothing to look for, too short, an unknown speciality, or a page beyond the last.
    """
    _check(search, page)
    found = _named(search.name)
    if search.speciality or search.place:
        found = found.filter(Exists(_posts(search)))
    first = page * PAGE
    rows = list(found.order_by("sought", "id")[first : first + PAGE + 1])
    more, last = len(rows) > PAGE, page == PAGES - 1
    return Providers(_with_posts(rows[:PAGE]), more and not last, more and last)


def _check(search: Search, page: int) -> None:
    if search.speciality and search.speciality not in SPECIALITIES:
        raise Invalid("There is no such speciality.")
    if not 0 <= page < PAGES:
        raise Invalid(f"A search shows {PAGES} pages. Say more about whom you look for.")
    typed = [text for text in (search.name, search.place) if text.strip()]
    if not typed and not search.speciality:
        raise Invalid("Say whom you look for: a name, a speciality or a place.")
    if any(len("".join(words(text)).replace(" ", "")) < SHORTEST for text in typed):
        raise Invalid(f"Type at least {SHORTEST} letters.")


def _named(name: str) -> QuerySet[Member]:
    found = Member.objects.filter(
        listed=True, state=State.AUTHORISED, confirmed_at__isnull=False, role__in=ENROLLED
    )
    for word in words(name):
        found = found.filter(sought__contains=word)
    return found


def _posts(search: Search) -> QuerySet[Post]:
    posts = Post.objects.filter(member=OuterRef("pk"), current=True)
    if search.speciality:
        posts = posts.filter(department__speciality=search.speciality)
    for word in words(search.place):
        posts = posts.filter(organisation__sought__contains=word)
    return posts


def _with_posts(members: list[Member]) -> list[Member]:
    posts = Post.objects.filter(current=True).select_related("organisation", "department")
    present = Prefetch("posts", posts.order_by("since", "id"), to_attr="present")
    found = Member.objects.filter(pk__in=[one.pk for one in members]).prefetch_related(present)
    by_id = {one.pk: one for one in found}
    return [by_id[one.pk] for one in members]
