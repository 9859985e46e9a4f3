"""Keeps what servers of a cluster say to each other, as it is before TLS hides it.

Python imports a module of this name at its start from PYTHONPATH, which a test sets for the servers
that it starts (`tests.support.recorded`). The servers' own code knows nothing of it, and no setting
of theirs switches it on. The side that accepts a connection writes, while the folder that
RECORDED_WIRES names is there, a file for each connection and direction: no octet is between two files.
"""

import contextlib
import os
import ssl
from itertools import count
from pathlib import Path
from typing import Any

_FOLDER = os.environ["RECORDED_WIRES"]
_read, _write, _send = ssl.SSLSocket.read, ssl.SSLSocket.write, ssl.SSLSocket.send
_numbers = count(1)


def _keep(connection: Any, direction: str, octets: Any) -> None:
    if not connection.server_side:
        return
    if not hasattr(connection, "recorded"):
        connection.recorded = f"{os.getpid()}-{next(_numbers)}"
    server = os.environ["SESPHR_ROLE"] + os.environ.get("SESPHR_NODE", "")
    path = Path(_FOLDER, f"{server}-{direction}-{connection.recorded}")
    # Nobody listens at the moment where there is no folder.
    with contextlib.suppress(FileNotFoundError), path.open("ab") as file:
        file.write(octets)


def _reading(self: Any, length: int = 1024, buffer: Any = None) -> Any:
    found: Any = _read(self, length, buffer)
    _keep(self, "in", found if buffer is None else memoryview(buffer).cast("B")[:found])
    return found


def _writing(self: Any, octets: Any) -> int:
    sent = _write(self, octets)
    _keep(self, "out", memoryview(octets).cast("B")[:sent])
    return sent


def _sending(self: Any, octets: Any, flags: int = 0) -> int:
    sent = _send(self, octets, flags)
    _keep(self, "out", memoryview(octets).cast("B")[:sent])
    return sent


ssl.SSLSocket.read = _reading  # type: ignore[assignment,method-assign]
ssl.SSLSocket.write = _writing  # type: ignore[assignment,method-assign]
ssl.SSLSocket.send = _sending  # type: ignore[assignment,method-assign]
