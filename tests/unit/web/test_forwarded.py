"""Whose address limits count by."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from sesphr.web.middleware import ForwardedAddressMiddleware


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "192.0.2.9", "127.0.0.1"),
        (1, "192.0.2.9", "192.0.2.9"),
        (1, "198.51.100.1, 192.0.2.9", "192.0.2.9"),
        (2, "198.51.100.1, 192.0.2.9, 10.0.0.1", "192.0.2.9"),
        (2, "192.0.2.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, None, "127.0.0.1"),
    ],
)
def test_only_own_proxies_are_believed(
    settings: object, proxies: int, forwarded: str | None, expected: str
) -> None:
    settings.SESPHR_PROXIES = proxies  # type: ignore[attr-defined]
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    ForwardedAddressMiddleware(view)(RequestFactory().get("/", headers=headers))
    assert seen == [expected]
