"""One run: parse, carry out, print one answer, leave with its exit code. Never a traceback."""

import json
import sys
from argparse import Namespace
from typing import Any

from sesphr.client.app import Answer, App
from sesphr.client.cli import parse
from sesphr.client.errors import ClientError, told


class OutputLost(ClientError):
    """Standard output takes nothing: it is closed, full, or nobody reads it any more."""

    code = "output"


def main(arguments: list[str]) -> int:
    """Carry out a command; its exit code."""
    try:
        return _outcome(arguments)
    except OutputLost as error:
        # Nothing more is written there, at leaving neither.
        sys.stdout = None
        _tell(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        # While an answer was on its way out: a second one would make both unreadable.
        _tell("Interrupted.")
        return ClientError.exit_code


def _outcome(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        options = parse(arguments)
        answer = _carried_out(options)
    except SystemExit as asked:
        # After --help, which is not flushed yet.
        _print("")
        return asked.code if isinstance(asked.code, int) else 0
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 -- never a traceback
        return _fail(told(error), as_json=as_json)
    return _give(answer, as_json=options.json)


def _carried_out(options: Namespace) -> Answer:
    if "alone" in options:
        # Neither a server nor a HOME is looked at.
        alone: Answer = options.alone(options)
        return alone
    app = App(options)
    try:
        answer: Answer = options.run(app, options)
    finally:
        app.close()
    return answer


def _give(answer: Answer, *, as_json: bool) -> int:
    for note in answer.notes:
        _tell(note)
    lines = "".join(f"{line}\n" for line in answer.lines)
    if answer.failure is not None:
        answer.failure.answer = answer.data
        if not as_json:
            _print(lines)
        return _fail(answer.failure, as_json=as_json)
    try:
        _print(_json(answer.data) if as_json else lines)
    except OutputLost as error:
        raise OutputLost(f"{error} {answer.unseen}".strip()) from error
    return _finish(answer)


def _finish(answer: Answer) -> int:
    """What follows the printing; it has no answer of its own."""
    try:
        if answer.after is not None:
            answer.after()
    except Exception as error:  # noqa: BLE001 -- never a traceback
        failure = told(error)
        _tell(str(failure))
        return failure.exit_code
    return 0


def _fail(error: ClientError, *, as_json: bool) -> int:
    sentence = str(error)
    if not as_json:
        _tell(sentence)
        return error.exit_code
    try:
        _print(_json({**error.answer, "error": sentence, "code": error.code}))
    except OutputLost as lost:
        raise OutputLost(f"{sentence} {lost}") from error
    return error.exit_code


def _json(what: dict[str, Any]) -> str:
    return json.dumps(what, ensure_ascii=False) + "\n"


def _print(text: str) -> None:
    """Write to standard output, at once.

    Raises:
        OutputLost: it cannot be.
    """
    try:
        if sys.stdout is None:
            raise OutputLost("Standard output is closed, so the answer is lost.")
        # A terminal that lacks a letter shows a mark for it instead of failing.
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is closed"
        raise OutputLost(
            f"Standard output cannot be written ({reason}), so the answer is lost."
        ) from error


def _tell(text: str) -> None:
    """Write to standard error; where that is closed or full, there is nobody to tell."""
    try:
        if sys.stderr is not None:
            print(text, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        sys.stderr = None
