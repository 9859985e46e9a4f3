"""A page's fonts, its module and all that this loads, named in the page: browsers fetch them at once.

The build writes which files these are (static/loads.mjs). Without that a page works the same:
its module's imports are found one after another.
"""

import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from markupsafe import Markup

from sesphr.web.languages import current

LOADS = "js/loads.json"
SESSION = ""
FAMILY = "atkinson-hyperlegible-latin"
# Languages whose letters the first family lacks (static/css/_fonts.scss).
FAMILIES = {"ar": "noto-sans-arabic-arabic", "hi": "noto-sans-devanagari-devanagari"}
WEIGHTS = (400, 700)


def fonts() -> list[str]:
    """The files that every page in the present language draws with."""
    families = [FAMILY, *filter(None, [FAMILIES.get(current().code)])]
    return [f"{family}-{weight}-normal.woff2" for family in families for weight in WEIGHTS]


def page_module(name: str, opens: object = False) -> Markup:
    """The elements that load the module of page `name`; `opens`: it opens the session too."""
    known = _loads()
    files = {*known.get(name, ()), *(known.get(SESSION, ()) if opens is True else ())}
    lines = [
        Markup('<link rel="modulepreload" href="{}">').format(static(file))
        for file in sorted(files)
    ]
    script = Markup('<script type="module" src="{}"></script>')
    return Markup("\n").join([*lines, script.format(static(f"js/pages/{name}.js"))])


def _loads() -> dict[str, list[str]]:
    found = finders.find(LOADS)
    path = Path(found) if isinstance(found, str) else Path(settings.STATIC_ROOT) / LOADS
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return {}


@lru_cache(maxsize=2)
def _read(path: Path, changed: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(path.read_bytes())
    return found
