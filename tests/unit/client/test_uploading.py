"""Large files go in pieces: what is lost on the way is sent again, and nothing else."""

from functools import lru_cache
from pathlib import Path

import httpx
import pytest

from cloudstore.models import Attachment, Upload
from phr.models import Record
from sesphr.client import importer, uploading

from .conftest import Lost

pytestmark = pytest.mark.django_db(databases="__all__")
SAMPLE = "tests/samples/ccda_ccd_hl7_small.xml"
PIECES = 5
split_once = lru_cache(importer.split)


class Killed(BaseException):
    """This process ends here."""


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    """The sample is larger than four of them; splitting it is not what is tried here."""
    monkeypatch.setattr(uploading, "PIECE", 10_000)
    monkeypatch.setattr(importer, "split", split_once)


def uploads(wire, method="PATCH"):
    return [
        body for verb, path, body in wire.requests if verb == method and path.endswith("/upload")
    ]


def once(act):
    """A hook that acts on the third request alone."""
    seen = []

    def hook(request, response):
        seen.append(request)
        return act(request, response) if len(seen) == 3 else None

    return hook


def lose(request, response):
    raise Lost("gone")


def kill(request, response):
    raise Killed


def settled(ada):
    """One record with one attachment, which comes back as it was."""
    assert (Record.objects.count(), Attachment.objects.count()) == (1, 1)
    assert not Upload.objects.exists()
    output = ada.home.parent / "exported"
    found = ada.ok("export", "--output", str(output))
    (original,) = output.rglob("original/*")
    assert original.read_bytes() == Path(SAMPLE).read_bytes()
    return found


def test_a_large_file_goes_in_pieces(ada, wire):
    ada.ok("deposit", SAMPLE)
    assert [len(body) for body in uploads(wire)][:-1] == [10_000] * (PIECES - 1)
    assert not [path for verb, path, _ in wire.requests if verb == "PUT" and "attach" in path]
    settled(ada)


def test_a_small_one_goes_at_once(ada, wire, monkeypatch):
    monkeypatch.setattr(uploading, "PIECE", 100_000)
    ada.ok("deposit", SAMPLE)
    assert not uploads(wire)
    settled(ada)


def test_a_lost_answer_costs_one_piece(ada, wire):
    wire.on("PATCH", "/attachments", once(lose))
    ada.ok("deposit", SAMPLE)
    assert len(uploads(wire)) == PIECES + 1
    settled(ada)


def test_a_killed_process_goes_on_where_it_was(ada, wire):
    wire.on("PATCH", "/attachments", once(kill))
    with pytest.raises(Killed):
        ada.run("deposit", SAMPLE)
    wire.honest()
    before = uploads(wire)
    ada.ok("deposit", SAMPLE)
    assert len(before) == 3
    assert len(uploads(wire)) == PIECES
    settled(ada)


def test_a_server_that_is_away_for_long_is_exit_5_and_the_rest_follows(ada, wire):
    wire.on("PATCH", "/attachments", lambda *_: httpx.Response(503, json={"code": "unavailable", "detail": "Later."}))  # fmt: skip
    ada.fails(5, "deposit", SAMPLE)
    wire.honest()
    ada.ok("deposit", SAMPLE)
    settled(ada)


def test_a_lost_answer_of_the_end_is_asked_again(ada, wire):
    seen = []

    def lose_first(request, response):
        if request.url.path.endswith("/upload") and not seen:
            seen.append(request)
            raise Lost("gone")

    wire.on("POST", "/attachments", lose_first)
    ada.ok("deposit", SAMPLE)
    assert len(uploads(wire, "POST")) == 2
    settled(ada)


def test_what_arrived_damaged_is_sent_once_more(ada, wire):
    """As if a proxy had changed a piece."""

    def damage(request, response):
        Upload.objects.update(tail=b"x" * 10_000)

    def damage_first(request, response):
        if len(uploads(wire)) == 1:
            damage(request, response)

    wire.on("PATCH", "/attachments", damage_first)
    ada.ok("deposit", SAMPLE)
    assert len(uploads(wire)) == 2 * PIECES
    assert len(uploads(wire, "DELETE")) == 1
    settled(ada)


def test_what_arrives_damaged_twice_is_exit_4_and_waits(ada, wire):
    def damage(request, response):
        found = Upload.objects.get()
        Upload.objects.update(tail=b"x" * len(found.tail))

    wire.on("PATCH", "/attachments", damage)
    ada.fails(4, "deposit", SAMPLE)
    assert not Record.objects.exists()
    wire.honest()
    ada.ok("deposit", SAMPLE)
    settled(ada)


@pytest.mark.parametrize("received", [0, 5, 10_000])
def test_a_server_that_keeps_nothing_is_exit_5(ada, wire, received):
    for method in ("GET", "PATCH"):
        wire.change(method, "/attachments", lambda _: {"received": received})
    ada.fails(5, "deposit", SAMPLE)
    assert len(uploads(wire)) <= 2 * uploading.PATIENCE


@pytest.mark.parametrize(
    "answer",
    [{"received": -1}, {"received": "many"}, {}, {"received": 2**70}, {"received": 1e400}],
)
def test_a_server_that_talks_nonsense_is_not_believed(ada, wire, answer):
    wire.change("GET", "/attachments", lambda _: answer)
    found = ada.run("deposit", SAMPLE)
    assert found.code in (4, 5)
    assert not Record.objects.exists()
    wire.honest()
    ada.ok("deposit", SAMPLE)
    settled(ada)


@pytest.mark.parametrize("wrong", [{"size": 17}, {"root": "A" * 43}])
def test_a_cloud_that_stored_another_file_is_exit_4(ada, wire, wrong):
    wire.change("POST", "/attachments", lambda found: {**found, **wrong})
    ada.fails(4, "deposit", SAMPLE)
    wire.honest()
    ada.ok("deposit", SAMPLE)
    settled(ada)
