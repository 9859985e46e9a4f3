"""Staff, codes and leavers of organisations, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import ActivationCode, Leaving, Post
from accounts.organisations import receipts
from accounts.staff.members import StateFilter
from sesphr.deployment import get_deployment
from sesphr.web.staff.filters import period_of
from sesphr.web.staff.readonly import ReadOnlyAdmin, column
from sesphr.web.staff.shown import EMPTY, when

STATES = {
    Post.State.CURRENT: _("Works there"),
    Post.State.LEAVING: _("Leaving, not finished"),
    Post.State.LEFT: _("Left"),
}


class PostFilter(StateFilter):
    """Posts in one state."""

    title = _("state")
    parameter_name = "state"
    column, known = "state", STATES  # type: ignore[assignment]


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    """Who works where."""

    section = _("Organisations")
    names = (_("post"), _("Staff of organisations"))
    intro = _("Who works where, since when, and who has left.")
    list_display = ("person", "place", "job", "state_word", "since_when", "until_when")
    list_filter = (PostFilter, period_of("since"))
    list_select_related = ("member", "organisation", "department")
    search_fields = ("member__login", "organisation__sought")
    ordering = ("-since", "id")
    groups = (
        (_("Post"), ("person", "place", "job", "administers", "role_given")),
        (_("Time"), ("state_word", "since_when", "until_when", "receipts_text")),
    )

    @admin.display(description=_("Member"))
    def person(self, row: Post) -> str:
        """By address."""
        return row.member.login

    @admin.display(description=_("Organisation"))
    def place(self, row: Post) -> str:
        """By name."""
        return row.organisation.name

    @admin.display(description=_("Department and title"))
    def job(self, row: Post) -> str:
        """Both, where there are."""
        department = "" if row.department is None else row.department.name
        return ", ".join(one for one in (department, row.title) if one) or EMPTY

    @admin.display(description=_("State"))
    def state_word(self, row: Post) -> Any:
        """In words."""
        return STATES[Post.State(row.state)]

    @admin.display(description=_("Since"), ordering="since")
    def since_when(self, row: Post) -> SafeString | str:
        """When."""
        return when(row.since)

    @admin.display(description=_("Until"))
    def until_when(self, row: Post) -> SafeString | str:
        """When."""
        return when(row.until)

    @admin.display(description=_("Administers it"))
    def administers(self, row: Post) -> Any:
        """Whether."""
        return _("Yes") if row.administrator else _("No")

    @admin.display(description=_("Takes part on the word of organisations"))
    def role_given(self, row: Post) -> Any:
        """Whether the membership ends with the last post."""
        return _("Yes") if row.gave_role else _("No")

    @admin.display(description=_("Receipts of the key nodes"))
    def receipts_text(self, row: Post) -> Any:
        """How many hold, where the membership ended with the post."""
        leaving = Leaving.objects.filter(post=row, ends_membership=True).first()
        if leaving is None:
            return EMPTY
        held, n = receipts.verified(leaving.receipts, row.member_id), get_deployment().n
        return _("%(held)s of %(n)s verified") % {"held": held, "n": n}


@admin.register(ActivationCode)
class CodeAdmin(ReadOnlyAdmin):
    """Codes that were issued; never the codes themselves, nor their hashes."""

    section = _("Organisations")
    names = (_("activation code"), _("Activation codes"))
    intro = _("Who was enrolled by whom. The codes themselves are kept nowhere.")
    list_display = ("for_whom", "place", "role_shown", "issuer", "issued_when", "end")
    list_filter = (period_of("issued"),)
    list_select_related = ("organisation", "used_by")
    search_fields = ("organisation__sought", "issued_by")
    ordering = ("-issued", "id")
    for_whom = column("name", _("Name"))
    role_shown = column("role", _("Role"))
    issuer = column("issued_by", _("Issued by"))
    groups = (
        (_("Code"), ("for_whom", "place", "role_shown", "issuer")),
        (_("Time"), ("issued_when", "expires_when", "end")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the hashes."""
        return super().get_queryset(request).defer("hashed")

    @admin.display(description=_("Organisation"))
    def place(self, row: ActivationCode) -> str:
        """By name."""
        return row.organisation.name

    @admin.display(description=_("Issued"), ordering="issued")
    def issued_when(self, row: ActivationCode) -> SafeString | str:
        """When."""
        return when(row.issued)

    @admin.display(description=_("Works until"))
    def expires_when(self, row: ActivationCode) -> SafeString | str:
        """When it is too old."""
        return when(row.expires)

    @admin.display(description=_("Used or withdrawn"))
    def end(self, row: ActivationCode) -> Any:
        """By whom, or that it was withdrawn."""
        if row.used_by is not None:
            return row.used_by.login
        return _("Withdrawn") if row.withdrawn is not None else EMPTY
