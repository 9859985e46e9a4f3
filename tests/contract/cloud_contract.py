"""What every implementation of `sesphr.ports.cloudstore.Cloud` must do.

Subclass the classes with fixtures `cloud` and `nodes` (the deployment's signers).
"""

import secrets
import uuid
from collections.abc import Iterable

import pytest

from sesphr import clock
from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.cloudstore import Cloud, CloudObject
from sesphr.ports.errors import Conflict, IntegrityFailure, Invalid, PortError, Refused
from tests.contract import cloud_builder as build
from tests.contract.cloud_builder import Signer, Upload

CHUNK = build.CHUNK
DAY = 24 * 3600
Objects = Iterable[tuple[bytes, Iterable[str], bool]]


class Scene:
    """An owner, a doctor and a stranger in front of a cloud."""

    def __init__(self, cloud: Cloud, nodes: list[Signer]) -> None:
        self.cloud, self.nodes = cloud, nodes
        self.owner, self.doctor, self.stranger = (Signer(nodes[0].deployment) for _ in range(3))
        self.now = clock.now()

    def deposit(self, **options: object) -> Upload:
        """A version by the owner, stored and kept."""
        made = build.upload(self.owner, self.owner, iat=self.now, **options)
        self.cloud.put(made.manifest, self.owner.verification, made.document)
        self.keep(made)
        return made

    def keep(self, made: Upload) -> None:
        self.cloud.note(self.vouched("deposit", made.digest, 1))

    def acl(self, seq: int, owner: Signer | None = None) -> None:
        self.cloud.note(self.vouched("acl", secrets.token_bytes(32), seq, owner))

    def vouched(self, kind: str, digest: bytes, seq: int, owner: Signer | None = None) -> list[str]:
        """A receipt of each node."""
        return [
            build.receipt(node, owner or self.owner, kind, digest, iat=self.now, seq=seq)
            for node in self.nodes
        ]

    def ask_nodes(self, when: int) -> tuple[str, ...]:
        """Have all nodes asked at a time, who know nothing of what waits; what that was."""
        # Whatever the network still holds of earlier calls arrives before.
        self.cloud.note([])
        with pytest.MonkeyPatch.context() as later:
            later.setattr(clock, "now", lambda: when)
            waiting = self.cloud.waiting()
            self.cloud.unknown(waiting)
        return waiting

    def collect(self, when: int) -> int:
        """The same, and what nobody needs removed."""
        self.ask_nodes(when)
        return self.cloud.collect(when)

    def request(self, asker: Signer, made: Upload, *partitions: str, iat: int = 0) -> str:
        wanted = {made.record: partitions or tuple(made.parts)}
        return build.request(asker, wanted, iat=iat or self.now)

    def tickets(self, asker: Signer, asked: str, objects: Objects, **options: int) -> list[str]:
        """A ticket of each node."""
        objects = list(objects)
        options.setdefault("iat", self.now)
        return [
            build.ticket(node, asker, asked, self.owner, objects, **options) for node in self.nodes
        ]

    def open(
        self, asker: Signer, made: Upload, *partitions: str, whole: bool = False, **options: int
    ) -> tuple[CloudObject, ...]:
        """Ask for these partitions with every node's ticket."""
        asked = self.request(asker, made, *partitions)
        objects = [(made.digest, partitions or tuple(made.parts), whole)]
        tickets = self.tickets(asker, asked, objects, **options)
        return self.cloud.get(asked, asker.verification, tickets)


@pytest.fixture
def scene(cloud: Cloud, nodes: list[Signer]) -> Scene:
    return Scene(cloud, nodes)


def pieces(stream: bytes, size: int) -> list[bytes]:
    return [stream[at : at + size] for at in range(0, len(stream), size)]


class PutAttachmentContract:
    """put_attachment."""

    @pytest.mark.parametrize(
        "size", [16, 17, CHUNK - 1, CHUNK, CHUNK + 17, 2 * CHUNK, 2 * CHUNK + 17, 5 * CHUNK - 3]
    )
    @pytest.mark.parametrize("piece", [1000, CHUNK, 10**6])
    def test_size_and_root_are_measured(self, scene: Scene, size: int, piece: int) -> None:
        stream, name = secrets.token_bytes(size), str(uuid.uuid4())
        stored = scene.cloud.put_attachment(scene.owner.id, name, iter(pieces(stream, piece)))
        assert (stored.attachment, stored.size) == (name, size)
        assert stored.root == build.root_of(stream)

    def test_empty_pieces_change_nothing(self, scene: Scene) -> None:
        stream = secrets.token_bytes(100)
        parts = [b"", stream[:50], b"", b"", stream[50:], b""]
        stored = scene.cloud.put_attachment(scene.owner.id, str(uuid.uuid4()), parts)
        assert stored.root == build.root_of(stream)

    def test_the_same_octets_again_give_the_same_answer(self, scene: Scene) -> None:
        stream, name = secrets.token_bytes(100), str(uuid.uuid4())
        first = scene.cloud.put_attachment(scene.owner.id, name, [stream])
        assert scene.cloud.put_attachment(scene.owner.id, name, pieces(stream, 9)) == first

    def test_other_octets_under_the_same_id_are_a_conflict(self, scene: Scene) -> None:
        name = str(uuid.uuid4())
        scene.cloud.put_attachment(scene.owner.id, name, [bytes(100)])
        for other in (bytes(101), bytes(99) + b"x"):
            with pytest.raises(Conflict):
                scene.cloud.put_attachment(scene.owner.id, name, [other])

    def test_owners_do_not_share_ids(self, scene: Scene) -> None:
        name = str(uuid.uuid4())
        scene.cloud.put_attachment(scene.owner.id, name, [bytes(100)])
        scene.cloud.put_attachment(scene.stranger.id, name, [bytes(200)])

    @pytest.mark.parametrize("size", [0, 1, 15, CHUNK + 1, CHUNK + 15, CHUNK + 16, 3 * CHUNK + 16])
    def test_what_cannot_be_a_cipher_stream_is_invalid(self, scene: Scene, size: int) -> None:
        with pytest.raises(Invalid):
            scene.cloud.put_attachment(scene.owner.id, str(uuid.uuid4()), [bytes(size)])

    def test_nothing_at_all_is_invalid(self, scene: Scene) -> None:
        with pytest.raises(Invalid):
            scene.cloud.put_attachment(scene.owner.id, str(uuid.uuid4()), [])

    @pytest.mark.parametrize("name", ["", "../../secrets/x", "A" * 36, "é", "x" * 10**6, None, 7])
    def test_malformed_ids_are_invalid(self, scene: Scene, name: str) -> None:
        for owner, attachment in ((name, str(uuid.uuid4())), (scene.owner.id, name)):
            with pytest.raises(Invalid):
                scene.cloud.put_attachment(owner, attachment, [bytes(100)])

    def test_a_sender_who_breaks_off_leaves_nothing(self, scene: Scene) -> None:
        def broken() -> Iterable[bytes]:
            yield bytes(100)
            raise ValueError("gone")

        name = str(uuid.uuid4())
        with pytest.raises(ValueError, match="gone"):
            scene.cloud.put_attachment(scene.owner.id, name, broken())
        assert scene.cloud.put_attachment(scene.owner.id, name, [b"x" * 70]).size == 70


class PutContract:
    """put."""

    def refuse(self, scene: Scene, made: Upload, error: type[PortError] = Invalid) -> None:
        with pytest.raises(error):
            scene.cloud.put(made.manifest, scene.owner.verification, made.document)

    def test_a_document_is_stored_and_may_be_put_again(self, scene: Scene) -> None:
        made = scene.deposit()
        for _ in range(2):
            scene.cloud.put(made.manifest, scene.owner.verification, made.document)
        assert len(scene.open(scene.doctor, made)) == 1

    def test_a_contributor_may_be_the_author(self, scene: Scene) -> None:
        made = build.upload(scene.doctor, scene.owner, iat=scene.now)
        scene.cloud.put(made.manifest, scene.doctor.verification, made.document)
        scene.keep(made)
        assert scene.open(scene.owner, made, whole=True)[0].document == made.document

    def test_another_document_never_replaces_one(self, scene: Scene) -> None:
        made = scene.deposit()
        other = Upload(made.manifest, build.shell_of(made.parts), made.record, made.parts)
        assert other.document != made.document
        self.refuse(scene, other, Conflict)
        assert scene.open(scene.owner, made, whole=True)[0].document == made.document

    def test_the_first_key_of_an_author_is_kept(self, scene: Scene) -> None:
        scene.deposit()
        impostor = Signer(scene.owner.deployment, scene.owner.id)
        made = build.upload(impostor, scene.owner, iat=scene.now)
        with pytest.raises(Conflict):
            scene.cloud.put(made.manifest, impostor.verification, made.document)
        scene.deposit()

    def test_a_refused_document_pins_no_key(self, scene: Scene) -> None:
        impostor = Signer(scene.owner.deployment, scene.owner.id)
        missing = {"medical": [build.described(str(uuid.uuid4()), bytes(100))]}
        made = build.upload(impostor, scene.owner, iat=scene.now, attachments=missing)
        with pytest.raises(Invalid):
            scene.cloud.put(made.manifest, impostor.verification, made.document)
        scene.deposit()

    def test_a_manifest_that_somebody_else_signed_is_invalid(self, scene: Scene) -> None:
        made = build.upload(scene.stranger, scene.owner, iat=scene.now)
        self.refuse(scene, made)

    def test_a_changed_manifest_is_invalid(self, scene: Scene) -> None:
        made = build.upload(scene.owner, scene.owner, iat=scene.now)
        head, payload, signature = made.manifest.split(".")
        for jws in (
            "",
            "a.b",
            f"{head}.{payload}",
            f"{head}.{payload}.{signature[:-4]}AAAA",
            f"{head}.{payload[:-1]}.{signature}",
            scene.request(scene.owner, made),
            made.manifest + "=",
            "x" * 10**6,
        ):
            self.refuse(scene, Upload(jws, made.document, made.record, made.parts))

    @pytest.mark.parametrize("document", [b"", b"<record/>", b"\xff" * 100, b"<" * 10**5])
    def test_what_is_no_document_is_invalid(self, scene: Scene, document: bytes) -> None:
        made = build.upload(scene.owner, scene.owner, iat=scene.now)
        self.refuse(scene, Upload(made.manifest, document, made.record, made.parts))

    def test_other_octets_than_the_manifests_are_invalid(self, scene: Scene) -> None:
        made = build.upload(scene.owner, scene.owner, iat=scene.now)
        medical, personal = made.parts["medical"], made.parts["personal"]
        for parts in (
            {"medical": personal, "personal": medical},
            {"medical": medical},
            {**made.parts, "extra": medical},
            {"medical": medical, "personal": personal[:-1]},
            {"medical": medical, "personal": bytes(len(personal))},
        ):
            document = build.shell_of(parts)
            self.refuse(scene, Upload(made.manifest, document, made.record, parts))

    def test_attachments_must_be_there_as_described(self, scene: Scene) -> None:
        stream, name = secrets.token_bytes(300), str(uuid.uuid4())
        scene.cloud.put_attachment(scene.owner.id, name, [stream])
        scene.cloud.put_attachment(scene.stranger.id, str(uuid.UUID(int=7)), [stream])
        right = build.described(name, stream)
        wrong = [
            build.described(str(uuid.uuid4()), stream),
            build.described(str(uuid.UUID(int=7)), stream),
            {**right, "size": 301},
            {**right, "root": build.described(name, bytes(300))["root"]},
        ]
        for item in wrong:
            described = {"medical": [item]}
            made = build.upload(scene.owner, scene.owner, iat=scene.now, attachments=described)
            self.refuse(scene, made)
        scene.deposit(attachments={"medical": [right]})


class GetContract:
    """get."""

    def refused(
        self, scene: Scene, asked: str, asker: Signer, tickets: list[str], error: type[PortError]
    ) -> PortError:
        with pytest.raises(error) as raised:
            scene.cloud.get(asked, asker.verification, tickets)
        return raised.value

    def test_a_user_gets_the_granted_partitions_and_nothing_else(self, scene: Scene) -> None:
        made = scene.deposit(partitions=["insurance", "medical", "personal"])
        (given,) = scene.open(scene.doctor, made, "medical", "insurance")
        assert given == CloudObject(
            made.digest,
            made.manifest,
            None,
            {name: made.parts[name] for name in ("insurance", "medical")},
        )

    def test_the_owner_gets_the_whole_document(self, scene: Scene) -> None:
        made = scene.deposit()
        (given,) = scene.open(scene.owner, made, whole=True)
        assert given == CloudObject(made.digest, made.manifest, made.document, {})

    def test_one_request_opens_several_records(self, scene: Scene) -> None:
        uploads = [scene.deposit() for _ in range(3)]
        asked = build.request(
            scene.doctor, {made.record: ["medical"] for made in uploads}, iat=scene.now
        )
        objects = [(made.digest, ["medical"], False) for made in uploads]
        tickets = scene.tickets(scene.doctor, asked, objects)
        given = scene.cloud.get(asked, scene.doctor.verification, tickets)
        assert {one.digest for one in given} == {made.digest for made in uploads}

    def test_the_same_request_may_be_made_again(self, scene: Scene) -> None:
        made = scene.deposit()
        asked = scene.request(scene.doctor, made)
        tickets = scene.tickets(scene.doctor, asked, [(made.digest, ["medical"], False)])
        key = scene.doctor.verification
        assert scene.cloud.get(asked, key, tickets) == scene.cloud.get(asked, key, tickets * 2)

    def test_nobody_else_uses_a_ticket(self, scene: Scene) -> None:
        made = scene.deposit()
        asked = scene.request(scene.doctor, made)
        tickets = scene.tickets(scene.doctor, asked, [(made.digest, ["medical"], False)])
        own = scene.request(scene.stranger, made)
        self.refused(scene, own, scene.stranger, tickets, Refused)
        self.refused(scene, asked, scene.stranger, tickets, Invalid)

    def test_a_ticket_is_for_one_request(self, scene: Scene) -> None:
        made = scene.deposit()
        tickets = scene.tickets(
            scene.doctor, scene.request(scene.doctor, made), [(made.digest, ["medical"], False)]
        )
        self.refused(scene, scene.request(scene.doctor, made), scene.doctor, tickets, Refused)

    @pytest.mark.parametrize("age", [60, 61, 10**6])
    def test_an_expired_ticket_is_refused(self, scene: Scene, age: int) -> None:
        made = scene.deposit()
        with pytest.raises(Refused):
            scene.open(scene.doctor, made, iat=scene.now - age)

    def test_a_ticket_lives_no_longer_than_60_seconds(self, scene: Scene) -> None:
        with pytest.raises(Refused):
            scene.open(scene.doctor, scene.deposit(), life=61)

    @pytest.mark.parametrize("away", [-121, 200])
    def test_a_request_must_be_fresh(self, scene: Scene, away: int) -> None:
        made = scene.deposit()
        asked = scene.request(scene.doctor, made, iat=scene.now - away)
        tickets = scene.tickets(scene.doctor, asked, [(made.digest, ["medical"], False)])
        self.refused(scene, asked, scene.doctor, tickets, Refused)

    def test_no_ticket_gives_nothing(self, scene: Scene) -> None:
        made = scene.deposit()
        asked = scene.request(scene.doctor, made)
        self.refused(scene, asked, scene.doctor, [], Refused)
        empty = scene.tickets(scene.doctor, asked, [])
        self.refused(scene, asked, scene.doctor, empty, Refused)

    def test_a_ticket_that_no_node_signed_is_invalid(self, scene: Scene) -> None:
        made = scene.deposit()
        asked = scene.request(scene.doctor, made)
        objects = [(made.digest, ["medical"], False)]
        node = scene.nodes[0]
        impostor = Signer(node.deployment, node.id)
        for forger in (scene.doctor, impostor):
            forged = build.ticket(forger, scene.doctor, asked, scene.owner, objects, iat=scene.now)
            genuine = scene.tickets(scene.doctor, asked, objects)
            self.refused(scene, asked, scene.doctor, [*genuine, forged], Invalid)
        self.refused(scene, asked, scene.doctor, ["", "x.y.z"], Invalid)
        self.refused(scene, asked, scene.doctor, [made.manifest], Invalid)

    def test_tickets_of_an_older_list_are_refused(self, scene: Scene) -> None:
        made = scene.deposit()
        scene.acl(4)
        assert scene.open(scene.doctor, made, seq=4)
        assert scene.open(scene.doctor, made, seq=5)
        scene.acl(5)
        with pytest.raises(Refused):
            scene.open(scene.doctor, made, seq=4)
        # A receipt that comes late or again takes nothing back.
        scene.acl(4)
        with pytest.raises(Refused):
            scene.open(scene.doctor, made, seq=4)
        assert scene.open(scene.doctor, made, seq=5)

    def test_another_owners_list_does_not_matter(self, scene: Scene) -> None:
        made = scene.deposit()
        scene.acl(9, scene.stranger)
        assert scene.open(scene.doctor, made, seq=1)

    def test_the_whole_goes_to_the_owner_only(self, scene: Scene) -> None:
        made = scene.deposit()
        with pytest.raises(Refused):
            scene.open(scene.doctor, made, whole=True)

    def test_a_ticket_goes_no_further_than_the_request(self, scene: Scene) -> None:
        made, other = scene.deposit(), scene.deposit()
        asked = scene.request(scene.doctor, made, "medical")
        for digest, partitions in ((made.digest, ["personal"]), (other.digest, ["medical"])):
            tickets = scene.tickets(scene.doctor, asked, [(digest, partitions, False)])
            self.refused(scene, asked, scene.doctor, tickets, Refused)

    def test_a_partition_that_the_record_lacks_is_refused(self, scene: Scene) -> None:
        with pytest.raises(Refused):
            scene.open(scene.doctor, scene.deposit(), "medical", "insurance")

    def test_a_ticket_names_the_documents_own_owner(self, scene: Scene) -> None:
        made = scene.deposit()
        asked = scene.request(scene.doctor, made)
        objects = [(made.digest, ["medical"], False)]
        tickets = [
            build.ticket(node, scene.doctor, asked, scene.stranger, objects, iat=scene.now)
            for node in scene.nodes
        ]
        self.refused(scene, asked, scene.doctor, tickets, Refused)

    def test_a_missing_document_is_an_integrity_failure(self, scene: Scene) -> None:
        never = build.upload(scene.owner, scene.owner, iat=scene.now)
        with pytest.raises(IntegrityFailure):
            scene.open(scene.doctor, never)


class NoteAndCollectContract:
    """note, collect."""

    def test_what_no_receipt_keeps_goes_after_a_day(self, scene: Scene) -> None:
        kept = scene.deposit()
        loose = build.upload(scene.owner, scene.owner, iat=scene.now)
        scene.cloud.put(loose.manifest, scene.owner.verification, loose.document)
        assert scene.collect(scene.now + DAY - 10) == 0
        assert scene.open(scene.doctor, loose)
        assert scene.collect(scene.now + DAY + 60) == 1
        with pytest.raises(IntegrityFailure):
            scene.open(scene.doctor, loose)
        assert scene.open(scene.doctor, kept)
        assert scene.collect(scene.now + DAY + 60) == 0

    def test_a_collected_document_may_be_put_again(self, scene: Scene) -> None:
        made = build.upload(scene.owner, scene.owner, iat=scene.now)
        for _ in range(2):
            scene.cloud.put(made.manifest, scene.owner.verification, made.document)
            assert scene.open(scene.doctor, made)
            scene.collect(scene.now + 2 * DAY)

    def test_attachments_go_and_stay_with_their_document(self, scene: Scene) -> None:
        kept, loose = str(uuid.uuid4()), str(uuid.uuid4())
        for name in (kept, loose):
            scene.cloud.put_attachment(scene.owner.id, name, [bytes(50)])
        scene.deposit(attachments={"medical": [build.described(kept, bytes(50))]})
        assert scene.collect(scene.now + 2 * DAY) == 1
        # Other octets under the id tell whether it is taken.
        scene.cloud.put_attachment(scene.owner.id, loose, [bytes(60)])
        with pytest.raises(Conflict):
            scene.cloud.put_attachment(scene.owner.id, kept, [bytes(60)])

    def test_a_forged_receipt_changes_nothing(self, scene: Scene) -> None:
        made = build.upload(scene.owner, scene.owner, iat=scene.now)
        scene.cloud.put(made.manifest, scene.owner.verification, made.document)
        impostor = Signer(scene.owner.deployment, scene.nodes[0].id)
        for forger in (scene.owner, impostor):
            for kind in ("deposit", "acl"):
                forged = build.receipt(
                    forger, scene.owner, kind, made.digest, iat=scene.now, seq=100
                )
                with pytest.raises(Invalid):
                    scene.cloud.note([forged])
        assert scene.open(scene.doctor, made, seq=0)
        assert scene.collect(scene.now + 2 * DAY) == 1

    def test_other_receipts_are_taken_without_effect(self, scene: Scene) -> None:
        made = build.upload(scene.owner, scene.owner, iat=scene.now)
        scene.cloud.put(made.manifest, scene.owner.verification, made.document)
        for kind in ("registration", "departure"):
            receipt = build.receipt(
                scene.nodes[0], scene.owner, kind, made.digest, iat=scene.now, seq=9
            )
            scene.cloud.note([receipt])
        assert scene.open(scene.doctor, made, seq=0)
        assert scene.collect(scene.now + 2 * DAY) == 1

    def test_a_committed_deposit_that_is_not_here_is_an_integrity_failure(
        self, scene: Scene
    ) -> None:
        made = build.upload(scene.owner, scene.owner, iat=scene.now)
        receipts = [
            *scene.vouched("deposit", made.digest, 1),
            *scene.vouched("acl", made.digest, 3),
        ]
        with pytest.raises(IntegrityFailure):
            scene.cloud.note(receipts)
        # The other receipt counts all the same.
        with pytest.raises(Refused):
            scene.open(scene.doctor, scene.deposit(), seq=2)

    def test_a_receipt_for_another_owner_keeps_nothing(self, scene: Scene) -> None:
        made = build.upload(scene.owner, scene.owner, iat=scene.now)
        scene.cloud.put(made.manifest, scene.owner.verification, made.document)
        receipt = build.receipt(
            scene.nodes[0], scene.stranger, "deposit", made.digest, iat=scene.now
        )
        with pytest.raises(IntegrityFailure):
            scene.cloud.note([receipt])
        assert scene.collect(scene.now + 2 * DAY) == 1

    def test_what_the_nodes_were_not_asked_about_stays(self, scene: Scene) -> None:
        """Their receipts may have been lost, and the endpoint gone."""
        name, stream = str(uuid.uuid4()), secrets.token_bytes(300)
        scene.cloud.put_attachment(scene.owner.id, name, [stream])
        described = {"medical": [build.described(name, stream)]}
        made = build.upload(scene.owner, scene.owner, iat=scene.now, attachments=described)
        scene.cloud.put(made.manifest, scene.owner.verification, made.document)
        assert scene.cloud.collect(scene.now + 100 * DAY) == 0
        scene.keep(made)
        assert scene.open(scene.owner, made, whole=True)[0].document == made.document
        asked = scene.request(scene.owner, made)
        tickets = scene.tickets(scene.owner, asked, [(made.digest, tuple(made.parts), True)])
        opened = scene.cloud.open_attachment(asked, scene.owner.verification, tickets, name)
        assert b"".join(opened.chunks) == stream

    def test_only_old_documents_without_a_receipt_are_asked_about(self, scene: Scene) -> None:
        scene.deposit()
        loose = [build.upload(scene.owner, scene.owner, iat=scene.now) for _ in range(3)]
        for made in loose:
            scene.cloud.put(made.manifest, scene.owner.verification, made.document)
        names = tuple(b64u_encode(one) for one in sorted(made.digest for made in loose))
        assert scene.ask_nodes(scene.now + DAY - 10) == ()
        with pytest.MonkeyPatch.context() as later:
            later.setattr(clock, "now", lambda: scene.now + DAY + 60)
            assert scene.cloud.waiting() == names
            assert scene.cloud.waiting(names[0]) == names[1:]
            assert scene.cloud.waiting(names[2]) == ()
        scene.keep(next(made for made in loose if b64u_encode(made.digest) == names[1]))
        assert scene.ask_nodes(scene.now + DAY + 60) == (names[0], names[2])
        assert scene.ask_nodes(scene.now + DAY + 60) == ()

    def test_what_is_young_kept_or_not_here_is_not_unknown(self, scene: Scene) -> None:
        kept, young = scene.deposit(), build.upload(scene.owner, scene.owner, iat=scene.now)
        scene.cloud.put(young.manifest, scene.owner.verification, young.document)
        named = [b64u_encode(one) for one in (kept.digest, young.digest, bytes(32))]
        scene.cloud.unknown(named)
        assert scene.cloud.collect(scene.now + 2 * DAY) == 0
        assert scene.open(scene.doctor, kept)
        assert scene.open(scene.doctor, young)

    def test_a_document_that_is_put_again_is_asked_about_again(
        self, scene: Scene, moved_clock: list[int]
    ) -> None:
        made, start = build.upload(scene.owner, scene.owner, iat=scene.now), moved_clock[0]
        scene.cloud.put(made.manifest, scene.owner.verification, made.document)
        assert len(scene.ask_nodes(start + 2 * DAY)) == 1
        moved_clock[0] = start + 2 * DAY + 10
        scene.cloud.put(made.manifest, scene.owner.verification, made.document)
        assert scene.cloud.collect(start + 9 * DAY) == 0
        assert scene.collect(start + 9 * DAY) == 1

    @pytest.mark.parametrize("name", ["x", "A" * 42, "=" * 43, "é", "A" * 10**6, None, 7])
    def test_malformed_digests_are_invalid(self, scene: Scene, name: str) -> None:
        with pytest.raises(Invalid):
            scene.cloud.unknown([name])
        if name is not None:
            with pytest.raises(Invalid):
                scene.cloud.waiting(name)

    def test_no_receipts_are_fine(self, scene: Scene) -> None:
        scene.cloud.note([])


class OpenAttachmentContract:
    """open_attachment."""

    def stored(self, scene: Scene, stream: bytes) -> tuple[Upload, str]:
        name = str(uuid.uuid4())
        scene.cloud.put_attachment(scene.owner.id, name, pieces(stream, 5000))
        described = {"medical": [build.described(name, stream)]}
        return scene.deposit(attachments=described), name

    def read(
        self, scene: Scene, asker: Signer, made: Upload, name: str, *partitions: str, **options: int
    ) -> bytes:
        whole = asker is scene.owner
        asked = scene.request(asker, made)
        tickets = scene.tickets(asker, asked, [(made.digest, partitions, whole)], **options)
        found = scene.cloud.open_attachment(asked, asker.verification, tickets, name)
        return b"".join(found.chunks)

    @pytest.mark.parametrize("size", [16, 100, CHUNK, 3 * CHUNK + 17])
    def test_granted_and_owner_read_the_same_octets(self, scene: Scene, size: int) -> None:
        stream = secrets.token_bytes(size)
        made, name = self.stored(scene, stream)
        assert self.read(scene, scene.doctor, made, name, "medical") == stream
        assert self.read(scene, scene.owner, made, name, "personal") == stream

    def test_another_partitions_ticket_does_not_open_it(self, scene: Scene) -> None:
        made, name = self.stored(scene, bytes(100))
        with pytest.raises(Refused):
            self.read(scene, scene.doctor, made, name, "personal")

    def test_an_older_lists_ticket_does_not_open_it(self, scene: Scene) -> None:
        made, name = self.stored(scene, bytes(100))
        scene.acl(2)
        with pytest.raises(Refused):
            self.read(scene, scene.doctor, made, name, "medical", seq=1)

    def test_an_id_that_no_granted_manifest_names_is_refused(self, scene: Scene) -> None:
        made, _ = self.stored(scene, bytes(100))
        other, name = self.stored(scene, bytes(100))
        for unknown in (name, str(uuid.uuid4())):
            with pytest.raises(Refused):
                self.read(scene, scene.doctor, made, unknown, "medical")
        assert other.digest != made.digest

    def test_a_malformed_id_is_invalid(self, scene: Scene) -> None:
        made, _ = self.stored(scene, bytes(100))
        with pytest.raises(Invalid):
            self.read(scene, scene.doctor, made, "../x", "medical")
