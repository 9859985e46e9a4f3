"""What every cloud must do with attachments that arrive piece by piece, and with parts of them."""

import secrets
import uuid
from itertools import pairwise

import pytest

from sesphr.ports.cloudstore import AttachmentOctets, Span, StoredAttachment
from sesphr.ports.errors import Conflict, Invalid, OutOfRange, OutOfStep, Refused
from tests.contract import cloud_builder as build
from tests.contract.cloud_builder import Upload
from tests.contract.cloud_contract import DAY, Scene

CHUNK = build.CHUNK


def send(scene: Scene, name: str, stream: bytes, *cuts: int, start: int = 0) -> int:
    """Append a stream, cut at these places, from `start` on; what has arrived."""
    there = start
    for first, last in pairwise((start, *cuts, len(stream))):
        there = scene.cloud.append(scene.owner.id, name, first, stream[first:last])
        assert there == last
    return there


def finish(scene: Scene, name: str, stream: bytes) -> StoredAttachment:
    return scene.cloud.finish(scene.owner.id, name, len(stream), build.root_of(stream))


def new() -> str:
    return str(uuid.uuid4())


class UploadContract:
    """received, append, finish, discard."""

    @pytest.mark.parametrize(
        ("size", "cuts"),
        [
            (16, ()),
            (17, (1, 2, 16)),
            (CHUNK, (1, CHUNK - 1)),
            (2 * CHUNK, (CHUNK,)),
            (2 * CHUNK, (CHUNK - 1, CHUNK + 1)),
            (3 * CHUNK + 17, (10, CHUNK + 5, CHUNK + 6, 3 * CHUNK)),
            (5 * CHUNK - 3, (4 * CHUNK + 1,)),
        ],
    )
    def test_any_cuts_give_the_same_attachment(
        self, scene: Scene, size: int, cuts: tuple[int, ...]
    ) -> None:
        stream, name = secrets.token_bytes(size), new()
        assert scene.cloud.received(scene.owner.id, name) == 0
        assert send(scene, name, stream, *cuts) == size
        assert scene.cloud.received(scene.owner.id, name) == size
        stored = finish(scene, name, stream)
        assert stored == StoredAttachment(name, size, build.root_of(stream))
        assert scene.cloud.put_attachment(scene.owner.id, name, [stream]) == stored
        made = scene.deposit(attachments={"medical": [build.described(name, stream)]})
        assert scene.collect(scene.now + 30 * DAY) == 0
        assert read(scene, made, name) == stream

    def test_whoever_is_out_of_step_is_told_where_it_stands(self, scene: Scene) -> None:
        stream, name = secrets.token_bytes(CHUNK + 100), new()
        for offset in (1, CHUNK, 2**52):
            with pytest.raises(OutOfStep) as raised:
                scene.cloud.append(scene.owner.id, name, offset, b"x")
            assert raised.value.received == 0
        send(scene, name, stream[:-50])
        for offset in (0, 1, len(stream) - 51, len(stream)):
            with pytest.raises(OutOfStep) as raised:
                scene.cloud.append(scene.owner.id, name, offset, b"x")
            assert raised.value.received == len(stream) - 50
        send(scene, name, stream, start=len(stream) - 50)
        assert finish(scene, name, stream).size == len(stream)

    def test_what_is_announced_bounds_what_comes(self, scene: Scene) -> None:
        stream, name, owner = secrets.token_bytes(CHUNK + 100), new(), scene.owner.id
        with pytest.raises(Invalid) as raised:
            scene.cloud.append(owner, name, 0, stream, 2**41)
        assert raised.value.code == "too-large"
        with pytest.raises(Invalid):
            scene.cloud.append(owner, name, 0, stream, len(stream) - 1)
        assert scene.cloud.received(owner, name) == 0
        assert scene.cloud.append(owner, name, 0, stream[:50], len(stream)) == 50
        with pytest.raises(Invalid):
            scene.cloud.append(owner, name, 50, stream[50:], len(stream) - 1)
        # It is no promise to keep: an older program may send the rest, and says nothing.
        send(scene, name, stream, start=50)
        assert finish(scene, name, stream).size == len(stream)

    def test_finishing_may_be_repeated_and_nothing_is_added_afterwards(self, scene: Scene) -> None:
        stream, name = secrets.token_bytes(CHUNK + 100), new()
        send(scene, name, stream)
        assert finish(scene, name, stream) == finish(scene, name, stream)
        assert scene.cloud.received(scene.owner.id, name) == len(stream)
        scene.cloud.discard(scene.owner.id, name)
        for offset in (0, len(stream)):
            with pytest.raises((OutOfStep, Conflict)):
                scene.cloud.append(scene.owner.id, name, offset, b"x")
        with pytest.raises(Conflict):
            scene.cloud.finish(scene.owner.id, name, len(stream), bytes(32))
        assert finish(scene, name, stream).size == len(stream)

    def test_what_is_not_as_announced_is_refused_and_may_be_thrown_away(self, scene: Scene) -> None:
        stream, name = secrets.token_bytes(CHUNK + 100), new()
        owner = scene.owner.id
        with pytest.raises(OutOfStep) as raised:
            finish(scene, name, stream)
        assert raised.value.received == 0
        send(scene, name, stream)
        for size in (len(stream) - 1, len(stream) + 1, 16):
            with pytest.raises(OutOfStep) as raised:
                scene.cloud.finish(owner, name, size, build.root_of(stream))
            assert raised.value.received == len(stream)
        with pytest.raises(Invalid):
            scene.cloud.finish(owner, name, len(stream), bytes(32))
        for _ in range(2):
            scene.cloud.discard(owner, name)
        assert scene.cloud.received(owner, name) == 0
        other = stream[::-1]
        send(scene, name, other, 5)
        assert finish(scene, name, other).root == build.root_of(other)

    @pytest.mark.parametrize("size", [1, 15, CHUNK + 1, CHUNK + 16])
    def test_what_cannot_be_a_cipher_stream_is_never_finished(
        self, scene: Scene, size: int
    ) -> None:
        stream, name = secrets.token_bytes(size), new()
        send(scene, name, stream)
        with pytest.raises(Invalid):
            finish(scene, name, stream)

    def test_nothing_and_too_much_are_invalid(self, scene: Scene) -> None:
        name = new()
        with pytest.raises(Invalid):
            scene.cloud.append(scene.owner.id, name, 0, b"")
        for bad in ("", "../x", "A" * 36):
            for names in ((bad, name), (scene.owner.id, bad)):
                with pytest.raises(Invalid):
                    scene.cloud.append(*names, 0, b"x")
                with pytest.raises(Invalid):
                    scene.cloud.received(*names)
                with pytest.raises(Invalid):
                    scene.cloud.discard(*names)
                with pytest.raises(Invalid):
                    scene.cloud.finish(*names, 16, bytes(32))

    def test_owners_do_not_share_uploads(self, scene: Scene) -> None:
        stream, name = secrets.token_bytes(100), new()
        send(scene, name, stream)
        stranger = scene.stranger.id
        assert scene.cloud.received(stranger, name) == 0
        scene.cloud.discard(stranger, name)
        with pytest.raises(OutOfStep):
            scene.cloud.finish(stranger, name, 100, build.root_of(stream))
        with pytest.raises(OutOfStep):
            scene.cloud.append(stranger, name, 100, b"x")
        scene.cloud.append(stranger, name, 0, bytes(70))
        assert finish(scene, name, stream).size == 100

    def test_an_attachment_that_came_whole_ends_the_upload(self, scene: Scene) -> None:
        stream, name = secrets.token_bytes(300), new()
        send(scene, name, stream[:200])
        scene.cloud.put_attachment(scene.owner.id, name, [stream])
        assert scene.cloud.received(scene.owner.id, name) == 300
        with pytest.raises(OutOfStep):
            scene.cloud.append(scene.owner.id, name, 200, stream[200:])
        assert finish(scene, name, stream).size == 300

    def test_what_rests_is_collected_after_three_days(
        self, scene: Scene, moved_clock: list[int]
    ) -> None:
        start, stream, name = moved_clock[0], secrets.token_bytes(3 * CHUNK), new()
        send(scene, name, stream[: 2 * CHUNK])
        moved_clock[0] += 3 * DAY - 1
        scene.cloud.append(scene.owner.id, name, 2 * CHUNK, stream[2 * CHUNK :])
        assert scene.collect(start + 6 * DAY - 2) == 0
        assert scene.cloud.received(scene.owner.id, name) == 3 * CHUNK
        assert scene.collect(start + 6 * DAY) == 1
        assert scene.cloud.received(scene.owner.id, name) == 0


def read(scene: Scene, made: Upload, name: str, span: Span | None = None) -> bytes:
    found = opened(scene, made, name, span)
    octets = b"".join(found.chunks)
    assert len(octets) == found.last + 1 - found.first
    return octets


def opened(scene: Scene, made: Upload, name: str, span: Span | None = None) -> AttachmentOctets:
    """The doctor's reading of an attachment of the partition medical."""
    asked = scene.request(scene.doctor, made)
    tickets = scene.tickets(scene.doctor, asked, [(made.digest, ["medical"], False)])
    spans = () if span is None else (span,)
    return scene.cloud.open_attachment(asked, scene.doctor.verification, tickets, name, *spans)


class SpanContract:
    """open_attachment, with a span."""

    STREAM = secrets.token_bytes(4 * CHUNK + 50)

    @pytest.fixture(params=[(), (CHUNK // 2, 2 * CHUNK + 1, 4 * CHUNK)])
    def stored(self, scene: Scene, request: pytest.FixtureRequest) -> tuple[Upload, str]:
        """Sent whole, and in pieces."""
        name = new()
        if request.param:
            send(scene, name, self.STREAM, *request.param)
            finish(scene, name, self.STREAM)
        else:
            scene.cloud.put_attachment(scene.owner.id, name, [self.STREAM])
        return scene.deposit(attachments={"medical": [build.described(name, self.STREAM)]}), name

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            (0, 0), (0, CHUNK - 1), (0, CHUNK), (CHUNK - 1, CHUNK), (CHUNK, 2 * CHUNK - 1),
            (100, 4 * CHUNK), (4 * CHUNK + 49, 4 * CHUNK + 49), (0, 4 * CHUNK + 49),
            (3 * CHUNK, 10**12), (7, None), (None, 1), (None, 51), (None, 10**12),
        ],
    )  # fmt: skip
    def test_a_part_is_that_part(
        self, scene: Scene, stored: tuple[Upload, str], first: int | None, last: int | None
    ) -> None:
        whole, size = self.STREAM, len(self.STREAM)
        found = opened(scene, *stored, Span(first, last))
        start = max(0, size - (last or 0)) if first is None else first
        end = size if first is None or last is None else min(last + 1, size)
        assert (found.size, found.first, found.last) == (size, start, end - 1)
        assert b"".join(found.chunks) == whole[start:end]

    @pytest.mark.parametrize(
        ("first", "last"), [(4 * CHUNK + 50, None), (10**12, 10**13), (5, 4), (None, 0)]
    )
    def test_no_part_at_all_is_out_of_range(
        self, scene: Scene, stored: tuple[Upload, str], first: int | None, last: int | None
    ) -> None:
        with pytest.raises(OutOfRange) as raised:
            opened(scene, *stored, Span(first, last))
        assert raised.value.size == len(self.STREAM)

    def test_tickets_count_for_a_part_too(self, scene: Scene, stored: tuple[Upload, str]) -> None:
        made, name = stored
        scene.acl(9)
        with pytest.raises(Refused):
            opened(scene, made, name, Span(0, 1))
