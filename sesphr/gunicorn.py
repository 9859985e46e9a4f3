"""What gunicorn must do for a server, besides what its command line says; `manage.py serve` names it."""

import os
import signal
import ssl
from collections.abc import Callable
from typing import Any

from sesphr.processes import end_with_parent

_contexts: dict[int, ssl.SSLContext] = {}


def post_fork(server: Any, worker: Any) -> None:
    """A worker ends with its master, however that went: what was killed must not go on answering."""
    end_with_parent(signal.SIGKILL)


def ssl_context(config: Any, make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """One context a process; gunicorn would read the files again for each connection."""
    process = os.getpid()
    if process not in _contexts:
        context = make()
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        _contexts.clear()
        _contexts[process] = context
    return _contexts[process]
