"""Answers a port's calls: one view a method, for the peers that may call it.

The peer is whoever TLS has proved: gunicorn asks for a certificate and lets none
in but pinned ones; here it is decided what the one that came may call.
"""

import logging
import select
from collections.abc import Callable, Iterator
from pathlib import Path
from traceback import extract_tb
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from sesphr import callers
from sesphr.adapters import frames, get_cloud, get_log, get_srs_nodes
from sesphr.adapters.codec import Call, Undecodable
from sesphr.adapters.failures import encode_failure
from sesphr.adapters.line import FAILURE, KEY, MESSAGE, STREAM, key_of
from sesphr.peers import name_of
from sesphr.ports.errors import Invalid, PortError, Unavailable
from sesphr.ports.http import may_call
from sesphr.roles import server_name

logger = logging.getLogger("sesphr.ports")

# A document may have 32 MiB, and everything else is less.
MOST_OF_A_CALL = 80 * 2**20


def implementation(port: str) -> Any:
    """What answers a port in this process."""
    if port == "srs":
        return get_srs_nodes()[settings.SESPHR_NODE - 1]
    return get_cloud() if port == "cloud" else get_log()


def view(call: Call) -> Callable[[HttpRequest], HttpResponseBase]:
    """The view of one method."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        peer = peer_of(request)
        if peer is None or not may_call(peer, call.port, call.method):
            logger.warning("%s was refused %s/%s", peer or "nobody", call.port, call.method)
            return HttpResponse(status=403)
        with callers.calling(peer):
            return _answer(request, call)

    return answer


def health(request: HttpRequest) -> HttpResponse:
    """That this server is there, for its pinned peers and itself."""
    known = peer_of(request) is not None
    return HttpResponse("ok\n", content_type="text/plain") if known else HttpResponse(status=403)


def peer_of(request: HttpRequest) -> str | None:
    """The server whose certificate TLS has checked; None for a connection without."""
    certificate = getattr(request.META.get("gunicorn.socket"), "getpeercert", None)
    return name_of(certificate(binary_form=True)) if certificate is not None else None


def _answer(request: HttpRequest, call: Call) -> HttpResponseBase:
    try:
        body, chunks = _read(request, call)
    except (frames.Broken, OSError) as error:
        logger.warning("%s/%s: not readable: %s", call.port, call.method, error)
        return HttpResponse(status=400)
    try:
        arguments = call.decode_arguments(body)
    except Undecodable as error:
        logger.warning("%s/%s: not what it takes: %s", call.port, call.method, error)
        return _failure(Invalid("What was sent is not what this call takes."))
    return _called(call, {**arguments, **({call.stream: chunks} if call.stream else {})})


def _called(call: Call, arguments: dict[str, Any]) -> HttpResponseBase:
    try:
        return _made(call, getattr(implementation(call.port), call.method)(**arguments))
    except PortError as error:
        return _failure(error)
    except (DatabaseError, InterfaceError) as error:
        logger.error("%s/%s: database: %s", call.port, call.method, _described(error))
        return _failure(Unavailable(f"The server {server_name()} cannot reach its database."))
    except Exception as error:  # noqa: BLE001 -- whatever it is, the peer gets no more than that it was
        logger.error("%s/%s: crash: %s", call.port, call.method, _described(error))
        return HttpResponse(status=500)


def _read(request: HttpRequest, call: Call) -> tuple[bytes, Iterator[bytes]]:
    """A call's message, and the chunks that follow.

    Raises:
        Broken: it was cut short or changed on its way, or its caller has gone.
    """
    if call.stream:
        # Chunked bodies have no length, and Django would read nothing of them.
        read = request.META["wsgi.input"].read
        body = frames.read_message(read)
        _check_key(request, call, body)
        return body, frames.read_chunks(read, "calling server")
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > MOST_OF_A_CALL:
        raise frames.Broken("too long")
    body = request.read(length)
    _check_key(request, call, body)
    if abandoned(request.META.get("gunicorn.socket")):
        raise frames.Broken("the caller has gone")
    return body, iter(())


def abandoned(connection: Any) -> bool:
    """Whether a caller has closed the connection while its call waited for its turn.

    It has called again by now, or given up: done late, a call could undo what was done
    meanwhile. Callers send nothing more before they are answered, so what can be read is the end.
    """
    if connection is None:
        return False
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(0))


def _check_key(request: HttpRequest, call: Call, body: bytes) -> None:
    if request.headers.get(KEY) != key_of(call, body):
        raise frames.Broken("the key is another call's")


def _made(call: Call, answer: Any) -> HttpResponseBase:
    message = call.encode_answer(answer)
    if call.tail is None:
        return HttpResponse(message, content_type=MESSAGE)
    return StreamingHttpResponse(
        _told(frames.written(message, getattr(answer, call.tail))), content_type=STREAM
    )


def _told(parts: Iterator[bytes]) -> Iterator[bytes]:
    """What crashes while streaming ends the connection; this keeps where."""
    try:
        yield from parts
    except Exception as error:
        logger.error("stream broken off: %s", _described(error))
        raise


def _failure(error: PortError) -> HttpResponse:
    status = 503 if isinstance(error, Unavailable) else 422
    return HttpResponse(encode_failure(error), status=status, content_type=FAILURE)


def _described(error: BaseException) -> str:
    """An exception's class and the places it came through; never its text, which may hold a secret."""
    places = [f"{Path(one.filename).name}:{one.lineno}" for one in extract_tb(error.__traceback__)]
    return f"{type(error).__name__}: {' < '.join(reversed(places))}"
