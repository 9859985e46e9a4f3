"""What every cloud must do with what somebody else than its owner wrote."""

import secrets
import uuid

import pytest

from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.errors import Conflict, IntegrityFailure, Invalid, Refused
from tests.contract import cloud_builder as build
from tests.contract.cloud_builder import Signer, Upload
from tests.contract.cloud_contract import DAY, Scene


def contributed(scene: Scene, stream: bytes | None = None, name: str | None = None) -> Upload:
    """A document by the doctor for the owner, put and not kept yet."""
    attachments = {}
    if stream is not None:
        name = name or str(uuid.uuid4())
        scene.cloud.put_attachment(scene.doctor.id, name, [stream])
        attachments = {"medical": [build.described(name, stream)]}
    made = build.upload(scene.doctor, scene.owner, iat=scene.now, attachments=attachments)
    scene.cloud.put(made.manifest, scene.doctor.verification, made.document)
    return made


def accept_of(scene: Scene, made: Upload, by: Signer | None = None, **changed: object) -> str:
    payload = statements.payload_of_unverified(made.manifest)
    members = {
        "record": made.record, "version": 1, "author": payload["iss"],
        "manifest": b64u_encode(made.digest),
        "wrapped": {name: b64u_encode(bytes(40)) for name in made.parts},
    }  # fmt: skip
    return (by or scene.owner).sign("sesphr-accept", scene.now, **{**members, **changed})


def deletion_of(scene: Scene, made: Upload, by: Signer | None = None) -> str:
    return (by or scene.owner).sign(
        "sesphr-deletion", scene.now, record=made.record, manifest=b64u_encode(made.digest)
    )


def receipts_for(scene: Scene, kind: str, statement: str, by: Signer | None = None) -> list[str]:
    digest = build.digest_of(statement)
    return [
        build.receipt(node, by or scene.owner, kind, digest, iat=scene.now, seq=1)
        for node in scene.nodes
    ]


def attachment_of(made: Upload) -> str:
    entries = statements.payload_of_unverified(made.manifest)["partitions"]
    return str(entries["medical"]["attachments"][0]["id"])


class ContributionContract:
    """put, put_accept and erase for an author who is not the owner."""

    def test_the_accept_that_the_nodes_took_comes_with_the_document(self, scene: Scene) -> None:
        made = contributed(scene)
        scene.keep(made)
        [before] = scene.open(scene.owner, made, whole=True)
        assert before.accept is None
        statement = accept_of(scene, made)
        for _ in range(2):
            scene.cloud.put_accept(statement, scene.owner.verification)
        [waiting] = scene.open(scene.owner, made, whole=True)
        assert waiting.accept == statement
        wrapped = {name: b64u_encode(b"x" * 40) for name in made.parts}
        scene.cloud.put_accept(accept_of(scene, made, wrapped=wrapped), scene.owner.verification)
        scene.cloud.note(receipts_for(scene, "accept", statement))
        [after] = scene.open(scene.owner, made, whole=True)
        assert after.accept == statement
        [given] = scene.open(scene.stranger, made, "medical")
        assert given.accept == statement

    def test_an_accept_is_about_a_stored_document_of_its_signer(self, scene: Scene) -> None:
        made = contributed(scene)
        never = build.upload(scene.doctor, scene.owner, iat=scene.now)
        other = str(uuid.uuid4())
        for statement in (
            accept_of(scene, never),
            accept_of(scene, made, record=other),
            accept_of(scene, made, author=other),
            accept_of(scene, made, version=2),
            accept_of(scene, made, wrapped={"medical": b64u_encode(bytes(40))}),
        ):
            with pytest.raises(Invalid):
                scene.cloud.put_accept(statement, scene.owner.verification)
        theirs = accept_of(scene, made, scene.doctor)
        with pytest.raises(Invalid):
            scene.cloud.put_accept(theirs, scene.doctor.verification)
        with pytest.raises(Invalid):
            scene.cloud.put_accept(accept_of(scene, made), scene.stranger.verification)

    def test_a_receipt_for_an_accept_that_is_not_here_is_an_integrity_failure(
        self, scene: Scene
    ) -> None:
        made = contributed(scene)
        with pytest.raises(IntegrityFailure):
            scene.cloud.note(receipts_for(scene, "accept", accept_of(scene, made)))

    def test_accepts_without_a_receipt_are_bounded_and_go(self, scene: Scene) -> None:
        made = contributed(scene)
        scene.keep(made)
        for at in range(11):
            wrapped = {name: b64u_encode(bytes(39) + bytes([at])) for name in made.parts}
            statement = accept_of(scene, made, wrapped=wrapped)
            if at < 10:
                scene.cloud.put_accept(statement, scene.owner.verification)
        with pytest.raises(Refused):
            scene.cloud.put_accept(statement, scene.owner.verification)
        assert scene.collect(scene.now + DAY + 10) == 0
        kept = accept_of(scene, made, wrapped={n: b64u_encode(bytes(40)) for n in made.parts})
        scene.cloud.note(receipts_for(scene, "accept", kept))
        assert scene.collect(scene.now + DAY + 10) == 9

    def test_attachments_are_in_the_authors_own_space(self, scene: Scene) -> None:
        name, stream = str(uuid.uuid4()), secrets.token_bytes(200)
        scene.cloud.put_attachment(scene.owner.id, name, [bytes(100)])
        made = contributed(scene, stream, name)
        scene.keep(made)
        asked = scene.request(scene.owner, made)
        tickets = scene.tickets(scene.owner, asked, [(made.digest, tuple(made.parts), True)])
        found = scene.cloud.open_attachment(asked, scene.owner.verification, tickets, name)
        assert b"".join(found.chunks) == stream
        assert scene.cloud.received(scene.owner.id, name) == 100

    def test_somebody_elses_uploads_do_not_count(self, scene: Scene) -> None:
        name, stream = str(uuid.uuid4()), bytes(100)
        scene.cloud.put_attachment(scene.owner.id, name, [stream])
        made = build.upload(
            scene.doctor, scene.owner, iat=scene.now,
            attachments={"medical": [build.described(name, stream)]},
        )  # fmt: skip
        with pytest.raises(Invalid):
            scene.cloud.put(made.manifest, scene.doctor.verification, made.document)

    def test_an_attachment_belongs_to_one_contribution(self, scene: Scene) -> None:
        name, stream = str(uuid.uuid4()), bytes(100)
        made = contributed(scene, stream, name)
        for _ in range(2):
            scene.cloud.put(made.manifest, scene.doctor.verification, made.document)
        with pytest.raises(Invalid):
            contributed(scene, stream, name)
        scene.keep(made)
        with pytest.raises(Invalid):
            contributed(scene, stream, name)

    def test_an_authors_own_record_shares_none_with_it(self, scene: Scene) -> None:
        name, stream = str(uuid.uuid4()), bytes(100)
        scene.cloud.put_attachment(scene.doctor.id, name, [stream])
        own = build.upload(
            scene.doctor, scene.doctor, iat=scene.now,
            attachments={"medical": [build.described(name, stream)]},
        )  # fmt: skip
        scene.cloud.put(own.manifest, scene.doctor.verification, own.document)
        scene.cloud.note(
            [build.receipt(scene.nodes[0], scene.doctor, "deposit", own.digest, iat=scene.now)]
        )
        with pytest.raises(Invalid):
            contributed(scene, stream, name)

    def test_after_its_document_was_collected_an_attachment_is_free(self, scene: Scene) -> None:
        name, stream = str(uuid.uuid4()), bytes(100)
        contributed(scene, stream, name)
        assert scene.collect(scene.now + DAY + 10) == 2
        contributed(scene, stream, name)

    def test_what_was_declined_is_gone_for_ever(self, scene: Scene) -> None:
        stream = secrets.token_bytes(100)
        made, other = contributed(scene, stream), contributed(scene, stream)
        for one in (made, other):
            scene.keep(one)
        statement = deletion_of(scene, made)
        for _ in range(2):
            scene.cloud.erase(
                statement, scene.owner.verification, receipts_for(scene, "deletion", statement)
            )
        with pytest.raises(Refused) as raised:
            scene.open(scene.owner, made, whole=True)
        assert raised.value.code == "erased"
        with pytest.raises(Refused):
            scene.cloud.put(made.manifest, scene.doctor.verification, made.document)
        with pytest.raises(Refused):
            scene.cloud.put_accept(accept_of(scene, made), scene.owner.verification)
        assert scene.cloud.received(scene.doctor.id, attachment_of(made)) == 0
        assert scene.cloud.received(scene.doctor.id, attachment_of(other)) == 100

    def test_nothing_is_erased_without_the_nodes(self, scene: Scene) -> None:
        made = contributed(scene)
        scene.keep(made)
        statement, theirs = deletion_of(scene, made), deletion_of(scene, made, scene.doctor)
        liar = Signer(scene.owner.deployment)
        forged = build.receipt(
            liar, scene.owner, "deletion", build.digest_of(statement), iat=scene.now
        )
        for given, error in (
            ([], Refused),
            (receipts_for(scene, "accept", statement), Refused),
            (receipts_for(scene, "deletion", theirs), Refused),
            (receipts_for(scene, "deletion", statement, scene.doctor), Refused),
            ([forged], Invalid),
        ):
            with pytest.raises(error):
                scene.cloud.erase(statement, scene.owner.verification, given)
        with pytest.raises(Refused):
            scene.cloud.erase(
                theirs,
                scene.doctor.verification,
                receipts_for(scene, "deletion", theirs, scene.doctor),
            )
        assert scene.open(scene.owner, made, whole=True)

    def test_another_key_for_the_owner_is_a_conflict(self, scene: Scene) -> None:
        made = contributed(scene)
        scene.deposit()
        thief = Signer(scene.owner.deployment, id=scene.owner.id)
        with pytest.raises(Conflict):
            scene.cloud.put_accept(accept_of(scene, made, thief), thief.verification)
