"""The message catalogues: takes the words out of templates and code, compiles what was translated.

    python scripts/messages.py update           bring sesphr/locale up to date with the source
    python scripts/messages.py check            fail when it is not, or a translation cannot be right
    python scripts/messages.py complete [CODE]  fail when a translation is missing or unsure too
    python scripts/messages.py compile FOLDER   write what servers load, and nothing else
    python scripts/messages.py pseudo FOLDER    compile en-xa, in which every message is in [[ ]]

Catalogues hold no places in the source and no dates, so that they change only when words do; the
translated ones say of each message which templates it stands in. The English one repeats the
source. Words of the administration, which speaks English, are in no other. It must never invent a
translation.
"""

import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_javascript
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "sesphr" / "locale"
FILE = Path("LC_MESSAGES") / "django.po"
USAGE = "Usage: messages.py update|check|complete [CODE]|compile FOLDER|pseudo FOLDER"
SOURCE, PSEUDO = "en", "en_XA"
# Besides the usual names: `plural` of templates (sesphr.web.jinja).
KEYWORDS = {**DEFAULT_KEYWORDS, "plural": (1, 2), "gettext_lazy": None, "ngettext_lazy": (1, 2)}
PLACE = re.compile(r"%\(\w+\)[sd]|%\{\w+\}|%%")
PLACES_OF_MANY = 3
# Where Babel's rule is not CLDR's, by which pages choose, or has its forms in an unusual order.
PLURALS = {
    "hi": "nplurals=2; plural=(n > 1);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
}


def extract_django(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[Any]:
    """Take the words out of a template of Django's; a method that babel.cfg names."""
    source = templatize(file.read().decode("utf-8"))
    return iter(extract_javascript(io.BytesIO(source.encode()), keywords, comment_tags, options))


def extracted() -> Catalog:
    """All messages of the source, without words in any language."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, filename="babel.cfg")
    found = Catalog()
    for name, line, message, _, context in extract_from_dir(
        ROOT, methods, options, keywords=KEYWORDS, directory_filter=_is_searched
    ):
        found.add(message, locations=[(name, line)], context=context)
    return found


def _is_searched(folder: str | os.PathLike[str]) -> bool:
    name = Path(folder).name
    # What is installed or kept here belongs to nobody's catalogue.
    return not name.startswith((".", "_")) and name not in ("node_modules", "var", "tests")


def languages() -> list[str]:
    """The folders of catalogues, the source's own always among them."""
    return sorted({SOURCE, *(path.parent.parent.name for path in CATALOGUES.glob(f"*/{FILE}"))})


def updated(language: str, source: Catalog) -> Catalog:
    """The catalogue of a language with all messages of the source that it needs and no others."""
    path = CATALOGUES / language / FILE
    known = blank(language)
    if path.exists() and language != SOURCE:
        known = read(path, language)
    made = blank(language)
    for message in _messages(source):
        if language == SOURCE:
            made.add(message.id, message.id, context=message.context, flags=message.flags)
        elif places(message):
            _add_translated(made, message, known.get(message.id, context=message.context))
    return made


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _add_translated(made: Catalog, message: Message, old: Message | None) -> None:
    # Words that were counted, or are counted now, must be written anew.
    if old is None or isinstance(old.id, str) != isinstance(message.id, str):
        old = Message(message.id, "")
    made.add(
        message.id,
        old.string,
        context=message.context,
        flags=message.flags | (old.flags & {"fuzzy"}),
        auto_comments=[", ".join(places(message))],
        user_comments=old.user_comments,
    )


def places(message: Message) -> list[str]:
    """The templates in which a message of the source stands, but for the administration's."""
    names = {Path(name) for name, _ in message.locations}
    pages = [name for name in names if name.parts[:2] != ("templates", "staff")]
    found = sorted({"/".join(name.parts[1:]) for name in pages if name.parts[0] == "templates"})
    return found if len(found) <= PLACES_OF_MANY else [*found[:PLACES_OF_MANY], "..."]


def blank(language: str) -> Catalog:
    """A catalogue without messages, with the plural forms of its language."""
    made = Catalog(locale=language)
    if language in PLURALS:
        made.mime_headers = [("Plural-Forms", PLURALS[language])]
    return made


def read(path: Path, language: str) -> Catalog:
    """What a catalogue's file holds.

    Raises:
        ValueError: it cannot be read.
    """
    return read_po(io.BytesIO(path.read_bytes()), locale=language, abort_invalid=True)


def rendered(catalogue: Catalog) -> bytes:
    """The octets of a catalogue's file, the same for the same words."""
    body = io.BytesIO()
    write_po(body, catalogue, width=100, no_location=True, omit_header=True, sort_output=True)
    head = [
        f"Language: {catalogue.locale_identifier}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {catalogue.plural_forms}",
    ]
    lines = "".join(f'"{line}\\n"\n' for line in head)
    return f'msgid ""\nmsgstr ""\n{lines}\n'.encode() + body.getvalue().strip() + b"\n"


def update() -> None:
    """Write every catalogue anew from the source, keeping what was translated."""
    source = extracted()
    for language in languages():
        _replace(CATALOGUES / language / FILE, rendered(updated(language, source)))


def problems() -> list[str]:
    """What is wrong with the catalogues, a sentence each; a message without words is not."""
    source, found = extracted(), []
    for language in languages():
        path = CATALOGUES / language / FILE
        catalogue = updated(language, source)
        if not path.exists() or path.read_bytes() != rendered(catalogue):
            found.append(f"{language} is not up to date with the source: run make messages.")
        found += _said(language, catalogue, faults)
    return found


def missing(only: str = "") -> list[str]:
    """What `problems` finds, and every message that has no words, or unsure ones, in a language."""
    found, source = problems(), extracted()
    for language in filter(lambda one: only in ("", one), languages()):
        found += _said(language, updated(language, source), gaps)
    return found


def _said(
    language: str, catalogue: Catalog, judge: Callable[[Message, int], list[str]]
) -> list[str]:
    forms = catalogue.num_plurals
    return [f"{language}: {said}" for one in _messages(catalogue) for said in judge(one, forms)]


def gaps(message: Message, forms: int) -> list[str]:
    """Whether a message still waits for its words, in a language of so many plural forms."""
    if not any(_forms(message.string)):
        return [f"no words for {_forms(message.id)[0]!r}"]
    return [f"unsure (fuzzy): {_forms(message.id)[0]!r}"] if message.fuzzy else []


def faults(message: Message, forms: int) -> list[str]:
    """What is wrong with one translation: forms are missing, or it has other places than its source."""
    sources, words = _forms(message.id), _forms(message.string)
    if not any(words):
        return []
    if not isinstance(message.id, str) and (len(words) != forms or not all(words)):
        return [f"{sources[0]!r} needs {forms} plural forms"]
    allowed = set(PLACE.findall(" ".join(sources)))
    stray = "%" in PLACE.sub("", " ".join(sources))
    # A form for one number may leave the number out, but no form may have a place of its own.
    wrong = [form for form in words if not set(PLACE.findall(form)) <= allowed]
    wrong += [form for form in words if "%" in PLACE.sub("", form) and not stray]
    needed = set(PLACE.findall(sources[-1])) - set(PLACE.findall(words[-1]))
    return [f"places differ in {sources[0]!r}"] if wrong or needed else []


def _forms(words: Any) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def compile_all(target: Path) -> None:
    """Write the binary catalogue of every language below target; what has no words stays English.

    What is wrong is left out too: a page with a place of its own would not be shown at all.
    """
    for language in languages():
        found = read(CATALOGUES / language / FILE, language)
        made = blank(language)
        for message in _messages(found):
            if not gaps(message, found.num_plurals) and not faults(message, found.num_plurals):
                made.add(message.id, message.string, context=message.context)
        _compile(made, language, target)


def compile_pseudo(target: Path) -> None:
    """Write en-xa: a page in it shows which of its words do not come from the catalogue."""
    made = Catalog(locale=SOURCE)
    for message in _messages(extracted()):
        words = tuple(f"[[{form}]]" for form in _forms(message.id))
        made.add(
            message.id, words[0] if isinstance(message.id, str) else words, context=message.context
        )
    _compile(made, PSEUDO, target)


def _compile(catalogue: Catalog, language: str, target: Path) -> None:
    content = io.BytesIO()
    write_mo(content, catalogue)
    _replace(target / language / FILE.with_suffix(".mo"), content.getvalue())


def _replace(path: Path, content: bytes) -> None:
    """Write whole or not at all, and only what changed: servers may be reading it."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


def _report(found: list[str], otherwise: str) -> int:
    print("\n".join(found) or otherwise)
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit status."""
    match arguments:
        case ["update"]:
            update()
        case ["check"]:
            return _report(problems(), "The catalogues are up to date.")
        case ["complete", *only] if len(only) <= 1:
            return _report(missing(*only), "The catalogues are complete.")
        case ["compile", folder]:
            compile_all(Path(folder))
        case ["pseudo", folder]:
            compile_pseudo(Path(folder))
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
