"""The pages on which staff sign in: password, then code, or first a device to enrol.

They never show a stored key or code again; the backup codes stand in one answer only.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import login, logout
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp import login as mark_verified
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.errors import OtpNeeded, RateLimited, WrongSecret
from accounts.models import Member
from accounts.services import second_factor
from accounts.staff import devices, signin
from accounts.staff.forms import CodeForm, PasswordForm
from sesphr.ports.errors import Conflict
from sesphr.web.problems import Problem

BACKEND = "django.contrib.auth.backends.ModelBackend"
View = Callable[..., HttpResponse]
FORM = require_http_methods(["GET", "HEAD", "POST"])


def _next(request: HttpRequest) -> str:
    """Where the person wanted to go: within the administration, or its first page."""
    wanted = request.GET.get("next", "")
    index = reverse("admin:index")
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if own and wanted.startswith(index) else index


def _onward(request: HttpRequest, name: str) -> HttpResponseRedirect:
    return redirect(f"{reverse(name)}?{urlencode({'next': _next(request)})}")


def _refusal(form: Form, field: str, problem: Problem, wrong: Any) -> None:
    """Put what went wrong beside the field, in words for staff."""
    if isinstance(problem, RateLimited):
        minutes = -(-int(problem.headers["Retry-After"]) // 60)
        wrong = _("Too many attempts. Try again in %(minutes)s minutes.") % {"minutes": minutes}
    form.add_error(field, wrong)


def _page(
    request: HttpRequest, template: str, form: Form | None, **context: Any
) -> TemplateResponse:
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return TemplateResponse(
        request, f"admin/{template}.html", {"form": form, **context}, status=status
    )


@never_cache
@csrf_protect
@FORM
def password(request: HttpRequest) -> HttpResponse:
    """Ask for e-mail address and password; then for a code, or for a device to enrol."""
    if getattr(request.user, "is_staff", False) and request.user.is_verified():  # type: ignore[union-attr]
        return redirect(_next(request))
    form = PasswordForm(request.POST) if request.method == "POST" else PasswordForm()
    if form.is_bound and form.is_valid() and _proved(request, form):
        return _onward(request, "admin:login_code")
    return _page(request, "login", form)


def _proved(request: HttpRequest, form: PasswordForm) -> bool:
    given = form.cleaned_data
    try:
        member = signin.check_staff_password(
            login=given["login"], password=given["password"], address=signin.address_of(request)
        )
    except (WrongSecret, RateLimited) as problem:
        _refusal(form, "password", problem, _("The e-mail address or the password is not right"))
        return False
    if request.user.is_authenticated:
        logout(request)
    signin.remember(request, member)
    return True


def _half_signed_in(*, enrols: bool) -> Callable[[View], View]:
    """Let in whoever proved the password and has a device or, with `enrols`, has none."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest) -> HttpResponse:
            found = signin.pending(request)
            if found is None:
                return _onward(request, "admin:login")
            if found.enrols != enrols:
                name = "admin:login_device" if found.enrols else "admin:login_code"
                return _onward(request, name)
            return view(request, found.member)

        return never_cache(csrf_protect(wrapper))

    return decorate


def _finish(request: HttpRequest, member: Member, device: Any) -> None:
    signin.forget(request)
    login(request, member, backend=BACKEND)
    mark_verified(request, device)


@_half_signed_in(enrols=False)
@FORM
def code(request: HttpRequest, member: Member) -> HttpResponse:
    """Ask for the one-time code or a backup code; then the person is signed in."""
    form = CodeForm(request.POST) if request.method == "POST" else CodeForm()
    if form.is_bound and form.is_valid():
        try:
            address = signin.address_of(request)
            device = signin.check_code(
                member=member, code=form.cleaned_data["code"], address=address
            )
        except (OtpNeeded, RateLimited) as problem:
            _refusal(form, "code", problem, _("The code is not right. Wait for the next one"))
        else:
            _finish(request, member, device)
            return redirect(_next(request))
    return _page(request, "code", form)


@_half_signed_in(enrols=True)
@FORM
def device(request: HttpRequest, member: Member) -> HttpResponse:
    """Set up an authenticator app: show its key, ask for a code; then show the backup codes once."""
    form = CodeForm(request.POST) if request.method == "POST" else CodeForm()
    if form.is_bound and form.is_valid():
        codes = _confirmed(request, member, form)
        if codes:
            _finish(request, member, TOTPDevice.objects.get(user=member, confirmed=True))
            return _page(request, "backup", None, codes=codes, onward=_next(request))
    secret = devices.secret_of(devices.of_session(request, member))
    return _page(request, "device", form, secret=secret)


def _confirmed(request: HttpRequest, member: Member, form: CodeForm) -> list[str]:
    """The backup codes; none, with a sentence in the form, when the code is not right."""
    if not devices.is_of_session(request, member):
        form.add_error("code", _("The key below is new. Add it to your app, then enter its code"))
        return []
    try:
        address = signin.address_of(request)
        return second_factor.confirm(member=member, code=form.cleaned_data["code"], address=address)
    except (OtpNeeded, RateLimited) as problem:
        wrong = _("This code is not from the new account in your app. Wait for the next one")
        _refusal(form, "code", problem, wrong)
    except Conflict:
        TOTPDevice.objects.filter(user=member, confirmed=False).delete()
        form.add_error("code", _("This took too long. Add the new key below to your app"))
    return []


@_half_signed_in(enrols=True)
@require_safe
def picture(request: HttpRequest, member: Member) -> HttpResponse:
    """The QR code of the device that this session sets up."""
    drawn = devices.picture_of(devices.of_session(request, member))
    return HttpResponse(drawn, content_type="image/svg+xml")


@never_cache
@csrf_protect
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    logout(request)
    return redirect("admin:login")
