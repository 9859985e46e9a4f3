"""Reading files of test vectors; a malformed file or case is an error, never skipped."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class VectorError(Exception):
    """A file of vectors is malformed."""


@dataclass(frozen=True)
class Case:
    """One case: what to do, and what must come of it."""

    id: str
    op: str
    input: dict[str, Any]
    expect: str | dict[str, Any]


@dataclass(frozen=True)
class VectorFile:
    """One file's topic and cases."""

    topic: str
    cases: tuple[Case, ...]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise VectorError("a name twice in one object")
    return found


def _number(digits: str) -> int | float:
    """JSON's -0, which no operation takes, must not turn into 0 on the way."""
    return -0.0 if digits == "-0" else int(digits)


def load(path: Path) -> VectorFile:
    """Read a file.

    Raises:
        VectorError: it is not one of the format, or holds no case.
    """
    try:
        content = json.loads(
            path.read_text(encoding="utf-8"), object_pairs_hook=_unique, parse_int=_number
        )
    except (OSError, ValueError, RecursionError) as error:
        raise VectorError(f"not readable as JSON: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("topic"), str):
        raise VectorError("no topic")
    cases = content.get("cases")
    if not isinstance(cases, list) or not cases:
        raise VectorError("no case")
    read = tuple(_case(case) for case in cases)
    if len({case.id for case in read}) != len(read):
        raise VectorError("a case id twice")
    return VectorFile(content["topic"], read)


def _case(case: Any) -> Case:
    if not isinstance(case, dict) or not isinstance(case.get("id"), str):
        raise VectorError(f"a case without id: {str(case)[:80]}")
    given, expect = case.get("input"), case.get("expect")
    if not isinstance(given, dict) or not isinstance(given.get("op"), str):
        raise VectorError(f"case {case['id']} has no operation")
    if expect not in ("reject", "accept") and not isinstance(expect, dict):
        raise VectorError(f"case {case['id']} expects nothing that is known")
    return Case(case["id"], given["op"], given, expect)
