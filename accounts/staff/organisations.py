"""Organisations in the administration: made here, and the first administrator named here.

Who works where is each organisation's own matter: `accounts.staff.posts`.
"""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts import selectors
from accounts.models import Organisation
from accounts.organisations import departments, enrolling
from accounts.organisations.folding import folded
from accounts.staff.forms import AdministratorForm, OrganisationForm
from accounts.staff.members import StateFilter
from sesphr.ports.errors import PortError
from sesphr.web.staff.filters import period_of
from sesphr.web.staff.readonly import ReadOnlyAdmin, column
from sesphr.web.staff.shown import EMPTY, when

KINDS = {
    Organisation.Kind.HOSPITAL: _("Hospital"),
    Organisation.Kind.CLINIC: _("Clinic"),
    Organisation.Kind.PRACTICE: _("Practice"),
    Organisation.Kind.PHARMACY: _("Pharmacy"),
    Organisation.Kind.LABORATORY: _("Laboratory"),
    Organisation.Kind.INSURER: _("Insurer"),
    Organisation.Kind.RESEARCH: _("Research"),
    Organisation.Kind.CARE: _("Care home"),
}


class KindFilter(StateFilter):
    """Organisations of one kind."""

    title = _("kind")
    parameter_name = "kind"
    column, known = "kind", KINDS  # type: ignore[assignment]


@admin.register(Organisation)
class OrganisationAdmin(ReadOnlyAdmin):
    """Organisations by name."""

    section = _("Organisations")
    names = (_("organisation"), _("Organisations"))
    intro = _("Hospitals and others whose administrators enrol and remove their own staff.")
    list_display = ("name_shown", "kind_word", "city_shown", "country_shown", "added")
    list_filter = (KindFilter, period_of("founded"))
    search_fields = ("sought",)
    search_help_text = _("Name, town or postcode")
    ordering = ("name", "id")
    change_list_template = "admin/organisations.html"
    detail_template = "admin/organisation.html"
    name_shown = column("name", _("Name"))
    city_shown = column("city", _("Town"))
    country_shown = column("country", _("Country"))
    street_shown = column("street", _("Street"))
    postcode_shown = column("postcode", _("Postcode"))
    groups = (
        (_("Organisation"), ("name_shown", "kind_word", "added")),
        (_("Place"), ("street_shown", "postcode_shown", "city_shown", "country_shown")),
        (_("Inside"), ("parts", "administrators", "staff_count")),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What is searched is kept without case and diacritics."""
        return super().get_search_results(request, queryset, folded(search_term).strip())

    def own_urls(self) -> list[URLPattern]:
        """Adding one, and naming who administers it."""
        return [
            self.page("new/", self._add, "new"),
            self.page("<uuid:pk>/administrator/", self._name_administrator, "administrator"),
        ]

    def heading(self, row: Organisation) -> str:
        """Its name."""
        return row.name

    @property
    def _add(self) -> Any:
        @require_http_methods(["GET", "HEAD", "POST"])
        def page(request: HttpRequest) -> HttpResponse:
            form = OrganisationForm(request.POST if request.method == "POST" else None)
            if form.is_bound and form.is_valid():
                row = self._tried(form, lambda: departments.establish(**form.cleaned_data))
                if row is not None:
                    messages.success(request, _("%(name)s is there.") % {"name": row.name})
                    return redirect(self._detail(row))
            return self._shown_form(request, "admin/organisation_add.html", form)

        return page

    @property
    def _name_administrator(self) -> Any:
        @require_http_methods(["GET", "HEAD", "POST"])
        def page(request: HttpRequest, pk: UUID) -> HttpResponse:
            row: Any = self.found(request, str(pk))
            form = AdministratorForm(request.POST if request.method == "POST" else None)
            if form.is_bound and form.is_valid():
                member = selectors.by_login(form.cleaned_data["login"])
                if member is None:
                    form.add_error("login", _("Nobody is registered with this address"))
                elif self._tried(
                    form,
                    lambda: enrolling.appoint_administrator(organisation=row, member=member),
                ):
                    done = _("%(name)s administers the organisation now.") % {"name": member.name}
                    messages.success(request, done)
                    return redirect(self._detail(row))
            return self._shown_form(request, "admin/organisation_administrator.html", form, row=row)

        return page

    def _tried(self, form: forms.Form, do: Any) -> Any:
        """What it made; None, with the sentence in the form, when it cannot be."""
        try:
            return do()
        except PortError as error:
            form.add_error(None, str(error))
            return None

    def _detail(self, row: Organisation) -> str:
        return reverse("admin:accounts_organisation_change", args=[row.pk])

    def _shown_form(
        self, request: HttpRequest, template: str, form: forms.Form, **more: Any
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "kinds": KINDS.items(),
            "title": self.names[1],
            "names": self.names,
            "changelist": f"admin:{self.url_name('changelist')}",
            **more,
        }
        return TemplateResponse(request, template, context, status=422 if form.is_bound else 200)

    @admin.display(description=_("Kind"))
    def kind_word(self, row: Organisation) -> Any:
        """What it is."""
        return KINDS[Organisation.Kind(row.kind)]

    @admin.display(description=_("Added"), ordering="founded")
    def added(self, row: Organisation) -> SafeString | str:
        """When."""
        return when(row.founded)

    @admin.display(description=_("Departments"))
    def parts(self, row: Organisation) -> str:
        """By name."""
        names = row.departments.order_by("name").values_list("name", flat=True)
        return ", ".join(names) or EMPTY

    @admin.display(description=_("Administrators"))
    def administrators(self, row: Organisation) -> str:
        """Their addresses."""
        rows = row.posts.filter(current=True, administrator=True).order_by("member__login")
        return ", ".join(rows.values_list("member__login", flat=True)) or EMPTY

    @admin.display(description=_("People on the staff"))
    def staff_count(self, row: Organisation) -> int:
        """Who works there now."""
        return row.posts.filter(current=True).count()
