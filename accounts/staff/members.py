"""The list of members and a member's page: what the portal knows, and what staff may do.

Nothing here adds, edits or deletes a member, sets a password or acts as somebody.
Of key slots it shows type and generation, never what is sealed or hashed.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_otp import user_has_device

from accounts import selectors
from accounts.models import Member, Role, SlotType, State
from accounts.staff import acts, words
from sesphr.ports.errors import PortError
from sesphr.web.staff.filters import period_of
from sesphr.web.staff.readonly import ReadOnlyAdmin, column
from sesphr.web.staff.shown import EMPTY, when

WAITING_FIRST = Case(When(state=State.PENDING, then=Value(0)), default=Value(1))


class StateFilter(SimpleListFilter):
    """Members in one state."""

    title = _("state")
    parameter_name = "state"
    column, known = "state", words.STATES

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The states."""
        return [(value.value, label) for value, label in self.known.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those who are in it."""
        value = self.value()
        return queryset.filter(**{self.column: value}) if value else queryset


class RoleFilter(StateFilter):
    """Members of one role."""

    title = _("role")
    parameter_name = "role"
    column, known = "role", words.ROLES  # type: ignore[assignment]


class ConfirmedFilter(SimpleListFilter):
    """Members whose address is confirmed, or is not."""

    title = _("e-mail address")
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Both."""
        return [("yes", _("Confirmed")), ("no", _("Not confirmed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the one or the other."""
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(confirmed_at__isnull=self.value() == "no")


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    """Members, those who wait first and longest."""

    section = _("Accounts")
    names = (_("member"), _("Members"))
    intro = _("Everybody who registered. Who waits to be authorised stands first.")
    list_display = ("person", "address", "role_word", "state_word", "confirmed", "registered")
    list_filter = (StateFilter, RoleFilter, ConfirmedFilter, period_of("registered_at"))
    search_fields = ("login",)
    search_help_text = _("E-mail address, or a part of it")
    sortable_by = ("person", "address", "registered")
    ordering = (WAITING_FIRST, "registered_at", "login")
    detail_template = "admin/member.html"
    person = column("name", _("Name"))
    groups = (
        (_("Person"), ("person", "address", "confirmed", "role_word", "registered")),
        (
            _("Membership"),
            (
                "state_word",
                "authorised",
                "joined_at",
                "checked_text",
                "checker",
                "guardians",
                "acts_for",
            ),
        ),
        (_("Keys and sign-in"), ("fingerprint", "slots_text", "second_factor", "member_id")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without password hashes."""
        return super().get_queryset(request).defer("password")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Logins are lower-case on every database."""
        return super().get_search_results(request, queryset, search_term.lower())

    def own_urls(self) -> list[URLPattern]:
        """The pages of what may be done."""
        return [
            self.page(f"<uuid:pk>/{name}/", acts.view(self, act), name)
            for name, act in acts.ACTS.items()
        ]

    def member(self, request: HttpRequest, pk: UUID) -> Member:
        """The member of that id, or 404."""
        found = self.found(request, str(pk))
        assert isinstance(found, Member)  # noqa: S101 -- for the type checker
        return found

    def heading(self, row: Member) -> str:
        """The person's name."""
        return row.name

    def more(self, request: HttpRequest, row: Member) -> dict[str, Any]:
        """What may be done with this member now."""
        staff = request.user
        return {"acts": [name for name, act in acts.ACTS.items() if act.allowed(row, staff)]}

    def facts(self, row: Member) -> list[tuple[str, Any]]:
        """What whoever decides must see: who, in which role, confirmed or not, with which keys."""
        names = ["person", "address", "role_word", "confirmed", "state_word", "fingerprint"]
        if row.guarded.exists():
            names.append("guardians")
        return list(self._shown(row, tuple(names)))

    @admin.display(description=_("E-mail address"), ordering="login")
    def address(self, row: Member) -> str:
        """The login."""
        return row.login

    @admin.display(description=_("Role"))
    def role_word(self, row: Member) -> Any:
        """The role in words."""
        return words.ROLES[Role(row.role)]

    @admin.display(description=_("State"))
    def state_word(self, row: Member) -> SafeString:
        """The state as a tag."""
        return words.state_tag(row.state)

    @admin.display(description=_("E-mail address confirmed"))
    def confirmed(self, row: Member) -> Any:
        """When, or that it was not."""
        return _("No") if row.confirmed_at is None else when(row.confirmed_at)

    @admin.display(description=_("Registered"), ordering="registered_at")
    def registered(self, row: Member) -> SafeString | str:
        """When."""
        return when(row.registered_at)

    @admin.display(description=_("Authorised"))
    def authorised(self, row: Member) -> SafeString | str:
        """When, last."""
        return when(row.authorised_at)

    @admin.display(description=_("Joined"))
    def joined_at(self, row: Member) -> SafeString | str:
        """The joining date that the key nodes keep."""
        return when(row.joined)

    @admin.display(description=_("What was checked"))
    def checked_text(self, row: Member) -> str:
        """As whoever authorised wrote it down."""
        return row.checked or EMPTY

    @admin.display(description=_("Checked by"))
    def checker(self, row: Member) -> str:
        """Whoever authorised."""
        return row.checked_by or EMPTY

    @admin.display(description=_("Guardians"))
    def guardians(self, row: Member) -> SafeString | str:
        """Who acts for a dependant, whom whoever authorises must check."""
        rows = row.guarded.filter(live=True).exclude(since=None).order_by("made", "pk")
        return _people((one.guardian, one.since) for one in rows.select_related("guardian"))

    @admin.display(description=_("Acts for"))
    def acts_for(self, row: Member) -> SafeString | str:
        """For whom a guardian acts."""
        rows = row.guardianships.filter(live=True).exclude(since=None).order_by("made", "pk")
        return _people((one.dependant, one.since) for one in rows.select_related("dependant"))

    @admin.display(description=_("Key fingerprint"))
    def fingerprint(self, row: Member) -> Any:
        """As the person sees it; asked of a key node."""
        return fingerprint_of(row)

    @admin.display(description=_("Key slots"))
    def slots_text(self, row: Member) -> SafeString | str:
        """Type and generation of each."""
        rows = row.slots.order_by("type").values_list("type", "generation")
        named = ((words.SLOTS[SlotType(kind)], _("generation"), n) for kind, n in rows)
        return format_html_join("", "<div>{}, {} {}</div>", named) or EMPTY

    @admin.display(description=_("Second factor"))
    def second_factor(self, row: Member) -> Any:
        """Whether one is set."""
        return _("Set up") if user_has_device(row, confirmed=True) else _("Not set up")

    @admin.display(description=_("Member id"))
    def member_id(self, row: Member) -> SafeString:
        """As every other server knows the member."""
        return format_html("<code>{}</code>", row.pk)


def _people(found: Iterable[tuple[Member, int | None]]) -> SafeString | str:
    shown = ((one.name, one.login, _("since"), when(since)) for one, since in found)
    return format_html_join("", "<div>{} ({}), {} {}</div>", shown) or EMPTY


def fingerprint_of(member: Member) -> Any:
    """A member's key fingerprint, or why there is none to show."""
    if member.role == Role.ADMINISTRATOR:
        return _("Administrators have no keys")
    try:
        registered = selectors.registrations(member.pk)
    except PortError:
        return _("No key node answers. Load this page again in a minute")
    if not registered:
        return _("No keys are registered")
    shown = selectors.fingerprint_of(registered[-1])
    return format_html('<code class="fingerprint">{}</code>', shown)
