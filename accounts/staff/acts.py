"""What staff may do with a member, each a page with one form: authorise, suspend, end, reset.

They call the services with `by` the staff member's login; every act is an event of the portal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_otp import user_has_device

from accounts import services
from accounts.guardians.ending import LastGuardian
from accounts.models import Member, Role, State
from accounts.services import second_factor
from accounts.staff.forms import CheckedForm, DepartForm, PlainForm
from sesphr.ports.errors import Conflict, PortError, Refused, Unavailable

FAILURES: dict[type[PortError], Any] = {
    Unavailable: _(
        "A key node did not answer, so nothing counts as done yet. Nothing is lost: press the button"
        " again in a minute, and what is missing is done then."
    ),
    LastGuardian: _(
        "Somebody for whom this member acts has no other guardian, and their keys would be lost. First they"
        " need another guardian, or the account has to be handed over to them."
    ),
    Conflict: _("The membership changed meanwhile. Go back, look at it again, then decide."),
    Refused: _("This cannot be done with this account."),
}
OTHERWISE = _("A key node found something wrong and did nothing. Look at its log, then try again.")


@dataclass(frozen=True)
class Act:
    """One act: when it is allowed, its form, what it does, and the sentence afterwards."""

    allowed: Callable[[Member, Any], bool]
    form: Callable[[Member, Any], forms.Form]
    do: Callable[[Member, str, dict[str, Any]], Any]
    done: Any
    name: str


def _is_member(member: Member) -> bool:
    return member.role != Role.ADMINISTRATOR


def _may_authorise(member: Member, _staff: Any) -> bool:
    return _is_member(member) and member.state in (State.PENDING, State.SUSPENDED)


def _may_suspend(member: Member, _staff: Any) -> bool:
    return _is_member(member) and member.state in (State.PENDING, State.AUTHORISED)


def _may_depart(member: Member, _staff: Any) -> bool:
    return _is_member(member) and member.state != State.DEPARTED


def _may_reset(member: Member, staff: Any) -> bool:
    return member.pk != staff.pk and user_has_device(member, confirmed=True)


ACTS = {
    act.name: act
    for act in (
        Act(
            _may_authorise,
            lambda member, sent: CheckedForm(sent),
            lambda member, by, given: services.authorise(member=member, by=by, checked=given["checked"]),
            _("%(name)s is authorised and can take part from now on."),
            "authorise",
        ),
        Act(
            _may_suspend,
            lambda member, sent: PlainForm(sent),
            lambda member, by, given: services.suspend(member=member, by=by),
            _("%(name)s is suspended and signed out everywhere."),
            "suspend",
        ),
        Act(
            _may_depart,
            lambda member, sent: DepartForm(sent, member=member),
            lambda member, by, given: services.depart(member=member, by=by),
            _("The membership of %(name)s has ended."),
            "depart",
        ),
        Act(
            _may_reset,
            lambda member, sent: CheckedForm(sent),
            lambda member, by, given: second_factor.reset(member=member, by=by, checked=given["checked"]),
            _("The second factor of %(name)s is reset, and they are told by e-mail."),
            "reset",
        ),
    )
}  # fmt: skip


def view(pages: Any, act: Act) -> Callable[..., HttpResponse]:
    """The page of an act, for `pages`, the list of members."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest, pk: UUID) -> HttpResponse:
        member = pages.member(request, pk)
        if not act.allowed(member, request.user):
            if request.method == "POST":
                messages.error(request, FAILURES[Conflict])
                return redirect(_detail(member))
            raise Http404
        form = act.form(member, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid() and _done(request, act, member, form):
            return redirect(_detail(member))
        return _shown(request, pages, act, member, form)

    return page


def _done(request: HttpRequest, act: Act, member: Member, form: forms.Form) -> bool:
    """Do it; False, with a sentence in the form, when a server could not."""
    try:
        act.do(member, request.user.get_username(), form.cleaned_data)
    except PortError as error:
        kind = next((kind for kind in FAILURES if isinstance(error, kind)), None)
        form.add_error(None, OTHERWISE if kind is None else FAILURES[kind])
        return False
    messages.success(request, act.done % {"name": member.name})
    return True


def _shown(
    request: HttpRequest, pages: Any, act: Act, member: Member, form: forms.Form
) -> TemplateResponse:
    context = {
        **pages.admin_site.each_context(request),
        "row": member,
        "form": form,
        "title": member.name,
        "facts": pages.facts(member),
        "detail": _detail(member),
        "changelist": f"admin:{pages.url_name('changelist')}",
        "names": pages.names,
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, f"admin/acts/{act.name}.html", context, status=status)


def _detail(member: Member) -> str:
    return reverse("admin:accounts_member_change", args=[member.pk])
