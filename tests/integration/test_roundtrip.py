"""What one kernel makes, the other opens and checks: every object, both ways."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from sesphr.crypto import (
    attachments,
    envelope,
    groups,
    hpke,
    pre,
    proofs,
    statements,
)
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.keys import MemberKeys
from tests.integration.crypto_node import NodeKernel, Refused, running
from tests.integration.crypto_payloads import DEPLOYMENT, ISSUER, OTHER

OWNER_SEED, USER_SEED = bytes(range(32)), bytes(range(1, 33))
OWNER, USER = MemberKeys.from_seed(OWNER_SEED), MemberKeys.from_seed(USER_SEED)
PLACE: dict[str, Any] = {"deployment": DEPLOYMENT, "owner": ISSUER, "record": OTHER, "version": 1}
PLAIN = {"medical": "<a>Hæmoglobin 🩸</a>", "personal": '<b xmlns="urn:b"><![CDATA[<&>]]></b>'}
DIRECTORY = {ISSUER: OWNER.verification, OTHER: USER.verification}


@pytest.fixture(scope="module")
def node() -> Iterator[NodeKernel]:
    """One Node process for the module."""
    with running() as kernel:
        yield kernel


def _hexed(values: dict[str, bytes]) -> dict[str, str]:
    return {name: value.hex() for name, value in values.items()}


def _record_in_python(author: str, keys: MemberKeys) -> envelope.SealedRecord:
    place = envelope.Place(**PLACE)
    drafts = []
    for name, text in PLAIN.items():
        own = OWNER.partition(name, 3)
        made = envelope.encapsulate_partition(place, name, 3, own.public)
        wrap = own.wrap if author == ISSUER else None
        drafts.append(envelope.Draft(made, text.encode(), wrap))
    return envelope.encrypt_record(
        place, drafts, author=author, author_keys=keys, iat=5, previous=None
    )


def _registered() -> list[dict[str, Any]]:
    names = [(name, epoch) for name in PLAIN for epoch in (1, 3)]
    return [
        {"partition": name, "epoch": epoch, "A": OWNER.partition(name, epoch).public.encode().hex()}
        for name, epoch in names
    ]


def test_record_by_the_owner_from_python(node: NodeKernel) -> None:
    made = _record_in_python(ISSUER, OWNER)
    keys = {name: {"w": OWNER.partition(name, 3).wrap.hex()} for name in PLAIN}
    found = node.ask(
        "deposit/read",
        document=made.document.decode(),
        manifest=json.loads(made.payload),
        keys=keys,
    )
    assert found == {"plaintext": PLAIN}


@pytest.mark.parametrize("author", [ISSUER, OTHER])
def test_deposit_from_python_passes_the_node_check(node: NodeKernel, author: str) -> None:
    made = _record_in_python(author, OWNER if author == ISSUER else USER)
    parts = made.partitions.items()
    R = {name: one.encapsulation.R.encode() for name, one in parts}
    given = {"deployment": DEPLOYMENT, "directory": _hexed(DIRECTORY), "A": _registered()}
    proved = _hexed({name: one.proof for name, one in parts})
    node.ask("deposit/check", **given, manifest=made.manifest, R=_hexed(R), proofs=proved)
    swapped = dict(zip(proved, reversed(proved.values()), strict=True))
    with pytest.raises(Refused):
        node.ask("deposit/check", **given, manifest=made.manifest, R=_hexed(R), proofs=swapped)


@pytest.mark.parametrize("author", [ISSUER, OTHER])
def test_record_from_javascript(node: NodeKernel, author: str) -> None:
    by_owner = author == ISSUER
    made = node.ask(
        "make/record", place=PLACE, owner_seed=OWNER_SEED.hex(), author=author, iat=5, epoch=3,
        author_seed=(OWNER_SEED if by_owner else USER_SEED).hex(), previous=None, plaintexts=PLAIN,
        extra={"date": 7} if by_owner else {},
    )  # fmt: skip
    verified = statements.verify(
        made["manifest"], typ="sesphr-manifest", deployment=DEPLOYMENT, directory=DIRECTORY
    )
    keys = {
        name: envelope.ContentKey(bytes.fromhex(one["k"]))
        for name, one in made["partitions"].items()
    }
    _read_all(made["document"], verified.payload, keys)
    if by_owner:
        wrapping = {name: envelope.WrapKey(OWNER.partition(name, 3).wrap) for name in PLAIN}
        _read_all(made["document"], verified.payload, wrapping)
    proofs.check_deposit(
        verified.payload,
        {(name, 3): OWNER.partition(name, 3).public for name in PLAIN},
        {name: bytes.fromhex(one["R"]) for name, one in made["partitions"].items()},
        {name: bytes.fromhex(one["proof"]) for name, one in made["partitions"].items()},
    )


def _read_all(document: str, manifest: dict[str, Any], keys: Any) -> None:
    found = envelope.read_document(document.encode(), manifest, keys)
    assert {name: plain.decode() for name, plain in found.items()} == PLAIN


@pytest.mark.parametrize("length", [0, 1, 65535, 65536, 65537, 200_000])
def test_attachment(node: NodeKernel, length: int) -> None:
    k, plain = secrets.token_bytes(32), secrets.token_bytes(length)
    sealer = attachments.AttachmentSealer(k, OTHER)
    stream = b"".join(sealer.seal([plain]))
    found = node.ask(
        "open/attachment",
        k=k.hex(),
        id=OTHER,
        stream=stream.hex(),
        size=sealer.size,
        root=sealer.root.hex(),
    )
    assert found == {"plaintext": plain.hex()}
    made = node.ask("make/attachment", k=k.hex(), id=OTHER, plaintext=plain.hex())
    assert made == {"stream": stream.hex(), "size": sealer.size, "root": sealer.root.hex()}
    opened = attachments.open_stream(
        k, OTHER, [bytes.fromhex(made["stream"])], made["size"], bytes.fromhex(made["root"])
    )
    assert b"".join(opened) == plain


@pytest.mark.parametrize(("n", "t"), [(1, 1), (3, 2), (5, 3)])
def test_deal_from_javascript(node: NodeKernel, n: int, t: int) -> None:
    B = USER.receive_public
    made = node.ask(
        "make/deal",
        seed=OWNER_SEED.hex(),
        partition="medical",
        epoch=1,
        n=n,
        t=t,
        B=B.encode().hex(),
    )
    A = OWNER.partition("medical", 1).public
    commitments = [groups.decode_g1(bytes.fromhex(E)) for E in made["commitments"]]
    for i in range(1, n + 1):
        D = groups.decode_g2(bytes.fromhex(made["D"][i - 1]))
        share = groups.decode_scalar(bytes.fromhex(made["shares"][i - 1]))
        pre.check_direct(A, B, i, n, t, commitments, D)
        pre.check_standing(A, i, n, t, commitments, share)


@pytest.mark.parametrize(("n", "t"), [(1, 1), (3, 2), (5, 3)])
def test_deal_from_python_opened_in_javascript(node: NodeKernel, n: int, t: int) -> None:
    own, B = OWNER.partition("medical", 1), USER.receive_public
    dealt = pre.deal(own.secret, n, t)
    made = envelope.encapsulate_partition(envelope.Place(**PLACE), "medical", 1, own.public)
    commitments = [E.encode().hex() for E in dealt.commitments]
    answers = {}
    for i in range(n, n - t, -1):
        D, R = pre.direct_point(B, dealt.shares[i - 1]).encode().hex(), made.R.encode().hex()
        node.ask(
            "delegation/check-direct", A=own.public.encode().hex(), B=B.encode().hex(), index=i, n=n,
            t=t, commitments=commitments, D=D,
        )  # fmt: skip
        answers[str(i)] = node.ask("access/reencrypt", R=R, D=D)["T"]
    context = {**PLACE, "partition": "medical", "epoch": 1, "rh": made.context.rh.hex()}
    given = {"context": context, "kc": made.kc.hex()}
    opened = node.ask("access/user", user_seed=USER_SEED.hex(), n=n, t=t, answers=answers, **given)
    owned = node.ask("access/owner", owner_seed=OWNER_SEED.hex(), R=made.R.encode().hex(), **given)
    assert opened["k"] == owned["k"] == made.k.hex()


def test_sealed_to_a_node(node: NodeKernel) -> None:
    plain, scope = secrets.token_bytes(96), {"partition": "medical", "epoch": 1, "index": 2}
    secret, public = hpke.generate_key()
    for label in ("deposit", "delegation", "share"):
        place = {"owner": ISSUER} if label == "share" else {"digest": bytes(32).hex()}
        sealed = node.ask(
            "make/sealed", label=label, scope={**scope, **place, "deployment": DEPLOYMENT},
            plaintext=plain.hex(), public=public.hex(),
        )  # fmt: skip
        enc, ciphertext, info = (
            bytes.fromhex(sealed[name]) for name in ("enc", "ciphertext", "info")
        )
        assert hpke.unseal(secret, enc, info, ciphertext) == plain
    theirs = node.ask("make/hpke-key")
    enc, ciphertext = hpke.seal(bytes.fromhex(theirs["public"]), b"info", plain)
    given = {"sk": theirs["secret"], "enc": enc.hex(), "ciphertext": ciphertext.hex()}
    assert node.ask("delegation/unseal", info=b"info".hex(), **given) == {"plaintext": plain.hex()}
    with pytest.raises(Refused):
        node.ask("delegation/unseal", info=b"other".hex(), **given)


CONTEXTS: dict[str, dict[str, Any]] = {
    "key-A": {"member": ISSUER, "partition": "medical", "epoch": 1, "verification": bytes(32)},
    "key-B": {"member": ISSUER, "verification": bytes(32)},
    "deposit": {
        "owner": ISSUER, "record": OTHER, "version": 2, "partition": "medical", "epoch": 1,
        "author": OTHER, "digest": bytes(32),
    },
}  # fmt: skip
CLASSES: dict[str, Any] = {
    "key-A": proofs.KeyAContext, "key-B": proofs.KeyBContext, "deposit": proofs.DepositContext,
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(CONTEXTS))
def test_proof(node: NodeKernel, kind: str) -> None:
    base = OWNER.partition("medical", 1).public if kind == "deposit" else None
    secret, ctx = groups.random_scalar(), CLASSES[kind](**CONTEXTS[kind])
    shown = {k: v.hex() if isinstance(v, bytes) else v for k, v in CONTEXTS[kind].items()}
    Y, proof = proofs.prove(kind, deployment=DEPLOYMENT, secret=secret, base=base, ctx=ctx)
    named = {} if base is None else {"A": base.encode().hex()}
    given = {"deployment": DEPLOYMENT, "kind": kind, "ctx": shown, "Y": Y.encode().hex(), **named}
    node.ask("proofs/verify", proof=proof.hex(), **given)
    with pytest.raises(Refused):
        node.ask("proofs/verify", proof=(proof[:-1] + bytes([proof[-1] ^ 1])).hex(), **given)
    extra = {} if base is None else {"base": base.encode().hex()}
    made = node.ask(
        "make/proof",
        kind=kind,
        deployment=DEPLOYMENT,
        secret=secret.encode().hex(),
        ctx=shown,
        **extra,
    )
    assert made["Y"] == Y.encode().hex()
    proofs.verify(
        kind, deployment=DEPLOYMENT, Y=Y, proof=bytes.fromhex(made["proof"]), ctx=ctx, base=base
    )


def test_keys(node: NodeKernel) -> None:
    found = node.ask(
        "keys/derive", seed=OWNER_SEED.hex(), partitions=[{"partition": "a", "epoch": 1}]
    )
    assert found["kid"] == OWNER.thumbprint
    assert bytes.fromhex(found["verification"]) == OWNER.verification
    assert b64u_decode(found["kid"], 32)
    assert found["B"] == OWNER.receive_public.encode().hex()
    assert found["partitions"][0]["w"] == OWNER.partition("a", 1).wrap.hex()
