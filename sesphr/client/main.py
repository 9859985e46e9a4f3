"""One run: parse, carry out, print one answer, leave with its exit code. Never a traceback."""

import json
import sys
from typing import Any

from sesphr.client.app import Answer, App
from sesphr.client.cli import parse
from sesphr.client.errors import ClientError, IntegrityError, UsageError
from sesphr.crypto.errors import CryptoError


def main(arguments: list[str]) -> int:
    """Carry out a command; its exit code."""
    try:
        return _run(arguments)
    except BrokenPipeError:
        # Whoever read our answer went away: there is nobody to tell.
        sys.stdout = None
        return ClientError.exit_code
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 -- never a traceback
        return _fail(told(error), as_json="--json" in arguments)


def told(error: BaseException) -> ClientError:
    """What went wrong as a sentence, a code and an exit code."""
    if isinstance(error, ClientError):
        return error
    if isinstance(error, CryptoError):
        return IntegrityError(f"What the server gave is not valid ({error}).")
    if isinstance(error, OSError):
        what = f"{error.filename}: " if error.filename else ""
        return UsageError(f"{what}{error.strerror or error}.", code="file")
    if isinstance(error, KeyboardInterrupt):
        return ClientError("Interrupted.", code="interrupted")
    sentence = f"Something unexpected went wrong in this client ({type(error).__name__})."
    return ClientError(sentence, code="internal")


def _run(arguments: list[str]) -> int:
    options = parse(arguments)
    app = App(options)
    try:
        answer: Answer = options.run(app, options)
    finally:
        app.close()
    if answer.failure is not None:
        answer.failure.answer = answer.data
        raise answer.failure
    _print(answer.data if options.json else "\n".join(answer.lines))
    for note in answer.notes:
        print(note, file=sys.stderr)
    if answer.after is not None:
        answer.after()
    return 0


def _fail(error: ClientError, *, as_json: bool) -> int:
    sentence = str(error)
    if as_json:
        _print({**error.answer, "error": sentence, "code": error.code})
    else:
        print(sentence, file=sys.stderr)
    return error.exit_code


def _print(what: dict[str, Any] | str) -> None:
    text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False)
    # A terminal that lacks a letter shows a mark for it instead of failing.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()
