"""Uploads: power fails between any two steps, several write at once, disk and memory are finite."""

import secrets
import threading
import tracemalloc
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connections
from django.db.models import QuerySet

from cloudstore import blobs, pieces, reading, uploads
from cloudstore.models import Attachment, Piece, Upload
from cloudstore.store import LocalCloud
from sesphr.ports.cloudstore import Span
from sesphr.ports.errors import IntegrityFailure, Invalid, OutOfStep, Refused, Unavailable
from tests.contract import cloud_builder as build
from tests.contract.cloud_contract import DAY, Scene
from tests.contract.upload_contract import finish, opened, read, send
from tests.unit.cloudstore.conftest import files
from tests.unit.cloudstore.test_crashes import Place, age, survive
from tests.unit.cloudstore.test_limits import no_disk

pytestmark = pytest.mark.django_db(databases="__all__")

CHUNK = build.CHUNK
STREAM = secrets.token_bytes(4 * CHUNK + 77)
CUT = CHUNK + 30


def new() -> str:
    return str(uuid.uuid4())


def whole(scene: Scene, name: str, blob_folder: Path) -> None:
    """The upload ends as the attachment, and no other blob is left when it was swept."""
    assert finish(scene, name, STREAM).size == len(STREAM)
    made = scene.deposit(attachments={"medical": [build.described(name, STREAM)]})
    age(blob_folder)
    scene.collect(scene.now + 9 * DAY)
    assert read(scene, made, name) == STREAM
    found = {str(path.relative_to(blob_folder)) for path in files(blob_folder)}
    assert found == set(Piece.objects.values_list("blob", flat=True))
    assert not Upload.objects.exists()


APPENDING: list[Place] = [
    (uploads, "_check_room"),
    (FileSystemStorage, "_save"),
    (blobs, "_make_durable"),
    (blobs, "save"),
    (QuerySet, "update"),
    (Piece.objects, "create"),
    (uploads, "_add_piece"),
]
BEGINNING: list[Place] = [(uploads, "_begin"), (QuerySet, "get_or_create")]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("begun", "place"),
    [*((CUT, place) for place in APPENDING), *((0, place) for place in [*BEGINNING, *APPENDING])],
)
def test_append(scene: Scene, blob_folder: Path, begun: int, place: Place, after: bool) -> None:
    name, owner, more = new(), scene.owner.id, STREAM[begun : 3 * CHUNK]
    if begun:
        send(scene, name, STREAM[:begun])
    survive(lambda: scene.cloud.append(owner, name, begun, more), place, after=after)
    # What it says is what it has: going on from there ends right.
    there = scene.cloud.received(owner, name)
    assert there in (begun, 3 * CHUNK)
    send(scene, name, STREAM, start=there)
    whole(scene, name, blob_folder)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "place",
    [
        (uploads, "renew"),
        (uploads, "_check"),
        (blobs, "save"),
        (QuerySet, "delete"),
        (uploads, "_add_piece"),
        (Attachment.objects, "create"),
        (uploads, "_turned"),
    ],
)
def test_finish(scene: Scene, blob_folder: Path, place: Place, after: bool) -> None:
    name = new()
    send(scene, name, STREAM, CUT)
    survive(lambda: finish(scene, name, STREAM), place, after=after)
    assert scene.cloud.received(scene.owner.id, name) == len(STREAM)
    whole(scene, name, blob_folder)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "place", [(QuerySet, "delete"), (pieces, "forget"), (pieces, "remove"), (blobs, "remove")]
)
@pytest.mark.parametrize("how", ["discard", "collect"])
def test_throwing_away(
    scene: Scene, blob_folder: Path, place: Place, after: bool, how: str, moved_clock: list[int]
) -> None:
    name, other = new(), new()
    for one in (name, other):
        send(scene, one, STREAM, CUT)
    moved_clock[0] += 4 * DAY

    def throw_away() -> Any:
        if how == "discard":
            return scene.cloud.discard(scene.owner.id, name)
        return scene.collect(moved_clock[0])

    survive(throw_away, place, after=after)
    assert scene.cloud.received(scene.owner.id, name) in (0, len(STREAM))
    throw_away()
    assert scene.cloud.received(scene.owner.id, name) == 0
    left = scene.cloud.received(scene.owner.id, other)
    assert left == (len(STREAM) if how == "discard" else 0)
    age(blob_folder)
    scene.collect(scene.now)
    assert len(files(blob_folder)) == Piece.objects.count() == (2 if left else 0)


def test_one_that_goes_on_while_collecting_stays(
    scene: Scene, moved_clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, drop = new(), uploads._drop
    send(scene, name, STREAM[:CUT])
    moved_clock[0] += 4 * DAY

    def go_on_first(*arguments: Any, **named: Any) -> bool:
        scene.cloud.append(scene.owner.id, name, CUT, STREAM[CUT:])
        return drop(*arguments, **named)

    monkeypatch.setattr(uploads, "_drop", go_on_first)
    assert scene.collect(moved_clock[0]) == 0
    assert finish(scene, name, STREAM).size == len(STREAM)


@pytest.mark.parametrize("step", ["finished", "thrown away", "sent"])
def test_whoever_comes_in_between_wins_and_the_other_is_told(
    scene: Scene, blob_folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """While a piece is written, before its row."""
    name, save, owner = new(), blobs.save, scene.owner.id
    send(scene, name, STREAM[:CUT])
    root = build.root_of(STREAM[:CUT])
    acts = {
        "finished": lambda: scene.cloud.finish(owner, name, CUT, root),
        "thrown away": lambda: scene.cloud.discard(owner, name),
        "sent": lambda: scene.cloud.append(owner, name, CUT, STREAM[CUT : CUT + 5]),
    }

    def act_first(content: bytes) -> str:
        monkeypatch.setattr(blobs, "save", save)
        acts[step]()
        return save(content)

    monkeypatch.setattr(blobs, "save", act_first)
    with pytest.raises(OutOfStep) as raised:
        scene.cloud.append(owner, name, CUT, STREAM[CUT:])
    expected = {"finished": CUT, "thrown away": 0, "sent": CUT + 5}[step]
    assert raised.value.received == scene.cloud.received(owner, name) == expected
    assert len(files(blob_folder)) == Piece.objects.count()


def test_two_that_finish_at_once_get_the_same_answer(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, turned = new(), uploads._turned
    send(scene, name, STREAM, CUT)

    def twice(*arguments: Any) -> bool:
        assert turned(*arguments)
        return turned(*arguments)

    monkeypatch.setattr(uploads, "_turned", twice)
    assert finish(scene, name, STREAM).root == build.root_of(STREAM)
    assert (Attachment.objects.count(), Piece.objects.count()) == (1, 3)


def test_one_that_came_whole_while_it_is_finished_is_the_one(
    scene: Scene, blob_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, check = new(), uploads._check
    send(scene, name, STREAM, CUT)

    def put_first(*arguments: Any) -> None:
        check(*arguments)
        scene.cloud.put_attachment(scene.owner.id, name, [STREAM])

    monkeypatch.setattr(uploads, "_check", put_first)
    assert finish(scene, name, STREAM).size == len(STREAM)
    monkeypatch.undo()
    assert finish(scene, name, STREAM).size == len(STREAM)
    assert len(files(blob_folder)) == Piece.objects.count() == 1


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_of_many_writers_at_one_place_one_wins(blob_folder: Path) -> None:
    scene = Scene(LocalCloud(), build.own_nodes())
    name, barrier, won, told = new(), threading.Barrier(4), [], []
    send(scene, name, STREAM[:CUT])

    def write() -> None:
        barrier.wait()
        try:
            won.append(scene.cloud.append(scene.owner.id, name, CUT, STREAM[CUT:]))
        except (OutOfStep, Unavailable) as error:
            told.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert (won, len(told)) == ([len(STREAM)], 3)
    whole(scene, name, blob_folder)


@pytest.mark.parametrize("step", ["save", "_make_durable"])
def test_a_full_disk_changes_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    name = new()
    send(scene, name, STREAM[:CUT])
    monkeypatch.setattr(blobs, step, no_disk)
    with pytest.raises(Unavailable):
        scene.cloud.append(scene.owner.id, name, CUT, STREAM[CUT:])
    assert scene.cloud.received(scene.owner.id, name) == CUT
    monkeypatch.undo()
    send(scene, name, STREAM, start=CUT)
    assert finish(scene, name, STREAM).size == len(STREAM)


def test_pieces_of_a_chunk_are_few_enough(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_PIECES", 2)
    name = new()
    send(scene, name, STREAM[: 2 * CHUNK], CHUNK)
    with pytest.raises(Invalid):
        scene.cloud.append(scene.owner.id, name, 2 * CHUNK, b"x")


def test_deposited_attachments_do_not_count_as_waiting(scene: Scene, settings: Any) -> None:
    settings.SESPHR_MAX_WAITING = len(STREAM) + 10
    name = new()
    send(scene, name, STREAM)
    finish(scene, name, STREAM)
    with pytest.raises(Refused):
        scene.cloud.append(scene.owner.id, new(), 0, bytes(11))
    scene.deposit(attachments={"medical": [build.described(name, STREAM)]})
    assert scene.cloud.append(scene.owner.id, new(), 0, bytes(11)) == 11


def stored(scene: Scene) -> tuple[build.Upload, str]:
    name = new()
    send(scene, name, STREAM, CUT, 3 * CHUNK)
    finish(scene, name, STREAM)
    return scene.deposit(attachments={"medical": [build.described(name, STREAM)]}), name


def test_a_part_reads_its_chunks_alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    made, name = stored(scene)
    asked, read_at = [], blobs.read_at
    monkeypatch.setattr(blobs, "read_at", lambda *what: asked.append(what[1:]) or read_at(*what))
    assert read(scene, made, name, Span(CHUNK + 5, CHUNK + 9)) == STREAM[CHUNK + 5 : CHUNK + 10]
    # The second piece begins with the second chunk.
    assert asked == [(0, CHUNK)]


@pytest.mark.parametrize("harm", ["leaves", "lost", "order", "gap", "size"])
def test_rows_that_were_changed_are_noticed_before_anything_is_given(
    scene: Scene, harm: str
) -> None:
    made, name = stored(scene)
    first, second, *_ = Piece.objects.order_by("first")
    if harm == "leaves":
        Piece.objects.filter(pk=second.pk).update(leaves=bytes(len(second.leaves)))
    elif harm == "lost":
        second.delete()
    elif harm == "order":
        Piece.objects.filter(pk=first.pk).update(blob="x")
        Piece.objects.filter(pk=second.pk).update(blob=first.blob)
    elif harm == "gap":
        Piece.objects.filter(pk=second.pk).update(first=2)
    else:
        Piece.objects.filter(pk=second.pk).update(size=second.size - 1)
    with pytest.raises(IntegrityFailure):
        opened(scene, made, name, Span(CHUNK, CHUNK + 1))


def test_a_damaged_chunk_harms_no_part_without_it(scene: Scene) -> None:
    made, name = stored(scene)
    Piece.objects.filter(first=1).update(blob="00/gone")
    assert read(scene, made, name, Span(0, CHUNK - 1)) == STREAM[:CHUNK]
    assert read(scene, made, name, Span(4 * CHUNK, None)) == STREAM[4 * CHUNK :]
    with pytest.raises(IntegrityFailure):
        read(scene, made, name, Span(CHUNK - 1, CHUNK))
    with pytest.raises(IntegrityFailure):
        read(scene, made, name)


def test_memory_does_not_grow_with_an_upload(scene: Scene) -> None:
    piece, name = secrets.token_bytes(2**20), new()
    tracemalloc.start()
    try:
        for number in range(40):
            scene.cloud.append(scene.owner.id, name, number * 2**20, piece)
        octets = 40 * 2**20
        row = Upload.objects.get()
        leaves = b"".join(bytes(one.leaves) for one in pieces.of(row.stream))
        root = uploads.root_of(leaves + uploads.leaves_of(bytes(row.tail)))
        scene.cloud.finish(scene.owner.id, name, octets, root)
        found = list(pieces.of(row.stream))
        given = sum(map(len, reading.octets(found, octets, root, 0, octets - 1)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert given == octets
    assert peak < 10 * 2**20
