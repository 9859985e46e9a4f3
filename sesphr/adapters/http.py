"""The ports over HTTP: each method of a protocol is one POST to the server that has the tables."""

from typing import Any

from sesphr.adapters.codec import Call, calls
from sesphr.adapters.line import Line


class HttpPort:
    """What the ports' HTTP implementations share: the line to their server."""

    def __init__(self, line: Line) -> None:
        self.line = line


def _method(call: Call) -> Any:
    def method(self: HttpPort, *given: Any, **named: Any) -> Any:
        return self.line.call(call, call.bind(given, named))

    method.__name__ = call.method
    method.__doc__ = "See the port."
    return method


def _all(port: str) -> dict[str, Any]:
    return {name: _method(call) for (one, name), call in calls().items() if one == port}


class _Srs(HttpPort):
    def __init__(self, index: int, line: Line | None = None) -> None:
        super().__init__(line or Line(f"srs-{index}"))
        self.index = index


class _Cloud(HttpPort):
    def __init__(self, line: Line | None = None) -> None:
        super().__init__(line or Line("cloud"))


class _Log(HttpPort):
    def __init__(self, line: Line | None = None) -> None:
        super().__init__(line or Line("audit"))


HttpSrs = type("HttpSrs", (_Srs,), _all("srs"))
HttpCloud = type("HttpCloud", (_Cloud,), _all("cloud"))
HttpLog = type("HttpLog", (_Log,), _all("audit"))
