"""What gunicorn must do for a server, besides what its command line says; `manage.py serve` names it."""

import gc
import os
import signal
import ssl
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from sesphr.adapters import get_srs_nodes
from sesphr.processes import end_with_parent

_contexts: dict[int, ssl.SSLContext] = {}


def post_fork(server: Any, worker: Any) -> None:
    """A worker ends with its master, however that went: what was killed must not go on answering."""
    end_with_parent(signal.SIGKILL)


def post_worker_init(worker: Any) -> None:
    """A key node answers nothing before it has read what it missed."""
    # What is loaded by now stays; the collector would walk through it again and again.
    gc.collect()
    gc.freeze()
    if settings.SESPHR_ROLE == "srs":
        import_string("srs.catching_up.start")(get_srs_nodes()[settings.SESPHR_NODE - 1])


def ssl_context(config: Any, make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """One context a process; gunicorn would read the files again for each connection."""
    process = os.getpid()
    if process not in _contexts:
        context = make()
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        _contexts.clear()
        _contexts[process] = context
    return _contexts[process]
