"""How long browsers keep what is served as it is."""

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

# The end of an answer looks at every connection that an earlier test left open.
pytestmark = pytest.mark.django_db(databases="__all__")
FOREVER = "max-age=315360000, public, immutable"
ASK = "max-age=0, public"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("js/chunks/session-7QXK2BZA.js", FOREVER),
        ("js/chunks/session.js", ASK),
        ("js/pages/home-professional.js", ASK),
        ("js/pages/home-ABCDEFGH.js", ASK),
        ("css/main.css", ASK),
    ],
)
def test_only_what_is_named_after_its_content_is_kept(
    tmp_path: Path, settings: Any, name: str, expected: str
) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text("content")
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_AUTOREFRESH = True
    served = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))
    first = served(RequestFactory().get(f"/static/{name}"))
    first.close()
    assert first.headers["Cache-Control"] == expected
    asked = {"If-None-Match": first.headers["ETag"]} if "ETag" in first.headers else {}
    asked = asked or {"If-Modified-Since": first.headers["Last-Modified"]}
    again = served(RequestFactory().get(f"/static/{name}", headers=asked))
    again.close()
    assert again.status_code == 304


def test_no_other_site_may_read_it(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "main.css").write_text("content")
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_AUTOREFRESH = True
    served = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))
    answer = served(
        RequestFactory().get("/static/main.css", headers={"Origin": "https://x.example"})
    )
    answer.close()
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers
