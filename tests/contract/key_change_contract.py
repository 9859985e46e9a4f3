"""What every cloud must do when an author's keys change."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesphr.crypto import keychange
from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.errors import Conflict, Invalid
from tests.contract import cloud_builder as build
from tests.contract.cloud_builder import Signer
from tests.contract.cloud_contract import Scene


def renewed(who: Signer) -> Signer:
    """The same member with another seed."""
    return Signer(who.deployment, id=who.id)


def changing(who: Signer, new: Signer, scene: Scene, **changed: Any) -> str:
    """A registration that puts a signer's new key in the old one's place; only its keys are right."""
    proof = keychange.prove(
        Ed25519PrivateKey.from_private_bytes(new.seed), deployment=who.deployment, member=who.id,
        seq=2, old=who.verification,
    )  # fmt: skip
    members = {
        "verification": b64u_encode(new.verification), "receive": b64u_encode(bytes(96)),
        "receive_proof": b64u_encode(bytes(128)), "partitions": {}, "seq": 2, "previous": "A" * 43,
        "possession": b64u_encode(proof), "acl": 0,
    }  # fmt: skip
    return who.sign("sesphr-registration", scene.now, **{**members, **changed})


class KeyChangeContract:
    """change_key."""

    def test_what_the_old_key_signed_stays_and_the_new_one_signs_from_now_on(
        self, scene: Scene
    ) -> None:
        first, old = scene.deposit(), scene.owner
        scene.owner = renewed(old)
        scene.cloud.change_key(changing(old, scene.owner, scene))
        second = scene.deposit()
        for made in (first, second):
            assert scene.open(scene.owner, made, whole=True)[0].document == made.document
        late = build.upload(old, old, iat=scene.now)
        with pytest.raises(Conflict):
            scene.cloud.put(late.manifest, old.verification, late.document)

    def test_the_same_again_changes_nothing(self, scene: Scene) -> None:
        scene.deposit()
        new = renewed(scene.owner)
        statement = changing(scene.owner, new, scene)
        for _ in range(2):
            scene.cloud.change_key(statement)
        scene.owner = new
        scene.deposit()

    def test_of_somebody_unknown_nothing_happens(self, scene: Scene) -> None:
        scene.cloud.change_key(changing(scene.stranger, renewed(scene.stranger), scene))
        made = build.upload(scene.stranger, scene.stranger, iat=scene.now)
        scene.cloud.put(made.manifest, scene.stranger.verification, made.document)

    def test_only_the_present_key_changes_it(self, scene: Scene) -> None:
        scene.deposit()
        thief = replace(scene.stranger, id=scene.owner.id)
        with pytest.raises(Invalid):
            scene.cloud.change_key(changing(thief, renewed(scene.owner), scene))
        new = renewed(scene.owner)
        scene.cloud.change_key(changing(scene.owner, new, scene))
        with pytest.raises(Invalid):
            scene.cloud.change_key(changing(scene.owner, renewed(scene.owner), scene))
        again = renewed(new)
        scene.cloud.change_key(changing(new, again, scene))

    @pytest.mark.parametrize("statement", ["", "a.b.c", "x" * 100])
    def test_what_is_no_statement_is_refused(self, scene: Scene, statement: str) -> None:
        with pytest.raises(Invalid):
            scene.cloud.change_key(statement)

    def test_another_statement_changes_no_key(self, scene: Scene) -> None:
        made = scene.deposit()
        plain = scene.owner.sign(
            "sesphr-registration", scene.now, verification=b64u_encode(scene.owner.verification),
            receive=b64u_encode(bytes(96)), receive_proof=b64u_encode(bytes(128)), partitions={},
            seq=1, previous=None,
        )  # fmt: skip
        for statement in (made.manifest, plain):
            with pytest.raises(Invalid):
                scene.cloud.change_key(statement)
