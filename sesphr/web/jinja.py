"""The pages' template engine: Jinja2 for names that end in .jinja, with the design system's macros.

Django's own engine stays for everything else (the admin, letters). Templates get no models and
no request beyond what a view passes; they escape everything.
"""

from typing import Any

from django.template import TemplateDoesNotExist
from django.template.backends import jinja2 as backend
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from sesphr.settings.languages import samples
from sesphr.web.languages import choices, current
from sesphr.web.loads import fonts, page_module

SUFFIX = ".jinja"
TONES = 5
Words = str | dict[str, str]


class Templates(backend.Jinja2):
    """Django's Jinja2 backend for .jinja files alone, so that both engines may share folders."""

    def get_template(self, template_name: str) -> Any:
        """The template, if it is one of this engine's."""
        if not template_name.endswith(SUFFIX):
            raise TemplateDoesNotExist(template_name, backend=self)
        return super().get_template(template_name)


def environment(**options: Any) -> Environment:
    """The environment: folders first, then the design system's own macros.

    Those macros look into parameters that may not be there, which they do only with
    chainable undefined values.
    """
    folders = options.pop("loader")
    made = Environment(  # noqa: S701 -- it is set, among the options
        **{**options, "undefined": ChainableUndefined, "autoescape": True},
        loader=ChoiceLoader([folders, PackageLoader("nhsuk_frontend_jinja")]),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(worded, counted)  # type: ignore[attr-defined]
    made.globals.update(
        static=static,
        url=url,
        messages=messages,
        page_module=page_module,
        fonts=fonts,
        plural=plural,
        tone=tone,
        language=current,
        languages=choices,
    )
    return made


def worded(message: str, **values: Any) -> str:
    """The catalogue's words; without values the places stay, for a module to fill.

    Catalogues hold text, never markup: what should be a link comes as a value.
    """
    text = gettext(message)
    return escape(text) % values if values else text


def counted(one: str, other: str, number: int, **values: Any) -> str:
    """The catalogue's words for a number, which is the value `num` too."""
    return escape(ngettext(one, other, number)) % {"num": number, **values}


def url(name: str, *parts: Any) -> str:
    """The address of a named page."""
    return reverse(name, args=parts)


def tone(name: str) -> int:
    """The number of the colour behind somebody's initials; ui/people.js computes the same."""
    return sum(map(ord, name)) % TONES


def plural(one: str, other: str) -> dict[str, str]:
    """A counted sentence in every plural category of the language (CLDR: one, few, other ...)."""
    found = samples(current().code)
    return {category: ngettext(one, other, number) for category, number in found.items()}


def messages(words: dict[str, Words]) -> Markup:
    """Words for the page's modules, as data that ui/messages.js reads; scripts cannot run here."""
    data = htmlsafe_json_dumps(words, ensure_ascii=False)
    return Markup('<script type="application/json" class="messages">{}</script>').format(data)
