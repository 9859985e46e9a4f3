"""What every refusal of the API looks like (RFC 9457)."""

from http import HTTPStatus
from typing import Any

MEMBERS = {"type", "title", "status", "detail", "code"}


def problem(answer: Any, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem document of an answer, checked; fails for any other answer."""
    assert answer.status_code == status, (answer.status_code, answer.content[:500])
    assert answer.headers["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    # An upload that is elsewhere also says where.
    assert set(found) == MEMBERS | ({"received"} if found.get("code") == "out-of-step" else set())
    assert found["status"] == status
    assert found["title"] == HTTPStatus(status).phrase
    assert found["type"] == f"urn:sesphr:problem:{found['code']}"
    assert found["detail"].strip()
    assert code is None or found["code"] == code, found
    return found
