"""What staff type: to sign in, and to decide about a member."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Organisation

CHECKED_LENGTH = 1000


class PasswordForm(forms.Form):
    """E-mail address and password."""

    login = forms.CharField(
        max_length=254, error_messages={"required": _("Enter your e-mail address")}
    )
    password = forms.CharField(
        max_length=1000, strip=False, error_messages={"required": _("Enter your password")}
    )

    def clean_login(self) -> str:
        """Lower case, as logins are kept."""
        return str(self.cleaned_data["login"]).lower()


class CodeForm(forms.Form):
    """A one-time code or a backup code."""

    code = forms.CharField(max_length=40, error_messages={"required": _("Enter the code")})

    def clean_code(self) -> str:
        """Without the blanks that apps and people put in."""
        return "".join(str(self.cleaned_data["code"]).split()).lower()


class CheckedForm(forms.Form):
    """What was checked of the person, in words that somebody else can follow later."""

    checked = forms.CharField(
        max_length=CHECKED_LENGTH,
        error_messages={
            "required": _("Write down what you checked, and how"),
            "max_length": _("Write at most 1000 characters"),
        },
    )


class PlainForm(forms.Form):
    """Nothing but the button."""


class DepartForm(forms.Form):
    """The member's e-mail address, typed again."""

    typed = forms.CharField(
        max_length=254, error_messages={"required": _("Type the member's e-mail address")}
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._member = member

    def clean_typed(self) -> str:
        """Exactly this member's."""
        typed = str(self.cleaned_data["typed"]).strip().lower()
        if typed != self._member.login:
            raise forms.ValidationError(_("This is not the member's e-mail address"))
        return typed


class OrganisationForm(forms.Form):
    """What an organisation is, and where."""

    name = forms.CharField(max_length=200, error_messages={"required": _("Enter its name")})
    kind = forms.ChoiceField(
        choices=Organisation.Kind.choices, error_messages={"required": _("Choose a kind")}
    )
    street = forms.CharField(max_length=200, required=False)
    postcode = forms.CharField(max_length=16, required=False)
    city = forms.CharField(max_length=100, error_messages={"required": _("Enter the town")})
    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        error_messages={
            "required": _("Enter the code of the country"),
            "invalid": _("Enter the code of the country, two letters such as GB"),
        },
    )


class AdministratorForm(forms.Form):
    """Who is to administer an organisation."""

    login = forms.CharField(
        max_length=254, error_messages={"required": _("Enter the e-mail address of the member")}
    )

    def clean_login(self) -> str:
        """Lower case, as logins are kept."""
        return str(self.cleaned_data["login"]).strip().lower()
