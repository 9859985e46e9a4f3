"""The message catalogues: takes the words out of templates and code, compiles what was translated.

    python scripts/messages.py update          bring sesphr/locale up to date with the source
    python scripts/messages.py check           fail when it is not, or when words are missing
    python scripts/messages.py compile FOLDER  write what servers load, and nothing else
    python scripts/messages.py pseudo FOLDER   compile en-xa, in which every message is in [[ ]]

Catalogues hold no places in the source and no dates, so that they change only when words do. The
English one repeats the source. It must never invent a translation.
"""

import io
import os
import re
import sys
from collections.abc import Iterator
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
SOURCE, PSEUDO = "en", "en_XA"
# Besides the usual names: `plural` of templates (sesphr.web.jinja).
KEYWORDS = {**DEFAULT_KEYWORDS, "plural": (1, 2), "gettext_lazy": None, "ngettext_lazy": (1, 2)}
PLACE = re.compile(r"%\(\w+\)[sd]|%\{\w+\}")


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
    for _, _, message, _, context in extract_from_dir(
        ROOT, methods, options, keywords=KEYWORDS, directory_filter=_is_searched
    ):
        found.add(message, context=context)
    return found


def _is_searched(folder: str | os.PathLike[str]) -> bool:
    name = Path(folder).name
    # What is installed or kept here belongs to nobody's catalogue.
    return not name.startswith((".", "_")) and name not in ("node_modules", "var", "tests")


def languages() -> list[str]:
    """The folders of catalogues, the source's own always among them."""
    return sorted({SOURCE, *(path.parent.parent.name for path in CATALOGUES.glob(f"*/{FILE}"))})


def updated(language: str, source: Catalog) -> Catalog:
    """The catalogue of a language with all messages of the source and no others."""
    path = CATALOGUES / language / FILE
    known = Catalog(locale=language)
    if path.exists() and language != SOURCE:
        known = read_po(io.BytesIO(path.read_bytes()), locale=language)
    made = Catalog(locale=language)
    for message in _messages(source):
        old = known.get(message.id, context=message.context)
        words = message.id if language == SOURCE else (old.string if old else "")
        made.add(message.id, words, context=message.context, flags=message.flags)
    return made


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


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
    """What is wrong with the catalogues, a sentence each; nothing when they may be shipped."""
    source, found = extracted(), []
    for language in languages():
        path = CATALOGUES / language / FILE
        catalogue = updated(language, source)
        if not path.exists() or path.read_bytes() != rendered(catalogue):
            found.append(f"{language} is not up to date with the source: run make messages.")
        found += [f"{language}: {fault}" for message in catalogue for fault in faults(message)]
    return found


def faults(message: Message) -> list[str]:
    """What is wrong with one message: no words, or other places than the source has."""
    if not message.id:
        return []
    sources, words = _forms(message.id), _forms(message.string)
    if not all(words):
        return [f"no words for {sources[0]!r}"]
    allowed = set(PLACE.findall(" ".join(sources)))
    # A form for one number may leave the number out, but no form may have a place of its own.
    wrong = [form for form in words if not set(PLACE.findall(form)) <= allowed]
    needed = set(PLACE.findall(sources[-1])) - set(PLACE.findall(words[-1]))
    return [f"places differ in {sources[0]!r}"] if wrong or needed else []


def _forms(words: Any) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def compile_all(target: Path) -> None:
    """Write the binary catalogue of every language below target."""
    for language in languages():
        with (CATALOGUES / language / FILE).open("rb") as file:
            _compile(read_po(file, locale=language), language, target)


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


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit status."""
    match arguments:
        case ["update"]:
            update()
        case ["check"]:
            found = problems()
            print("\n".join(found) or "The catalogues are complete.")
            return 1 if found else 0
        case ["compile", folder]:
            compile_all(Path(folder))
        case ["pseudo", folder]:
            compile_pseudo(Path(folder))
        case _:
            print("Usage: messages.py update|check|compile FOLDER|pseudo FOLDER", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
