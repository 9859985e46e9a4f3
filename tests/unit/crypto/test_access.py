"""From deposit to opening: any coalition of t opens, nothing changed does."""

import hashlib
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesphr.crypto import envelope, hpke, pre, proofs, statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.errors import CryptoError, DelegationError, OpenError, ProofError
from sesphr.crypto.groups import G1_GENERATOR, decode_scalar, random_scalar, scalar_from_int
from sesphr.crypto.gt import Z
from sesphr.crypto.keys import MemberKeys, key_digest

OWNER, USER = MemberKeys.from_seed(bytes(32)), MemberKeys.from_seed(bytes([1]) * 32)
ME, RECORD = "390597f8-182b-4387-8564-9c4ba805d4a6", "d8865541-6170-49b6-925a-e8bf7060ee80"
PLACE = envelope.Place("demo.sesphr.example", ME, RECORD, 1)
PLAIN = {"medical": b"<a>one</a>", "personal": "<b>zwei \u2713</b>".encode()}


def sealed_record(author=ME, keys=OWNER):
    drafts = []
    for name, plain in PLAIN.items():
        partition = OWNER.partition(name, 1)
        made = envelope.encapsulate_partition(PLACE, name, 1, partition.public)
        drafts.append(envelope.Draft(made, plain, partition.wrap))
    return envelope.encrypt_record(
        PLACE, drafts, author=author, author_keys=keys, iat=5, previous=None
    )


RECORD_SEALED = sealed_record()
MANIFEST = statements.verify(
    RECORD_SEALED.manifest,
    typ="sesphr-manifest",
    deployment=PLACE.deployment,
    directory={ME: OWNER.verification},
).payload


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 5), st.data())
def test_every_coalition_opens(n, data):
    t = data.draw(st.integers(1, n))
    medical, one = OWNER.partition("medical", 1), RECORD_SEALED.partitions["medical"]
    made, B = one.encapsulation, USER.receive_public
    deal = pre.deal(medical.secret, n, t)
    points = {i: pre.direct_point(B, share) for i, share in enumerate(deal.shares, 1)}
    for i, D in points.items():
        pre.check_direct(medical.public, B, i, n, t, deal.commitments, D)
        pre.check_standing(medical.public, i, n, t, deal.commitments, deal.shares[i - 1])
    answers = {i: pre.reencrypt(made.R, D) for i, D in points.items()}
    for size in (t, n):
        for chosen in list(combinations(answers, size))[:4]:
            some = {i: answers[i] for i in chosen}
            assert pre.user_key(USER.receive_secret, n, t, some, made.context, made.kc) == made.k
    if t > 1:
        few = {i: answers[i] for i in list(answers)[: t - 1]}
        with pytest.raises(DelegationError):
            pre.combine(USER.receive_secret, n, t, few)
        with pytest.raises(OpenError):
            pre.user_key(USER.receive_secret, n, t - 1, few, made.context, made.kc)
    lie = {**answers, n: answers[n] * Z}
    with pytest.raises(OpenError):
        pre.user_key(USER.receive_secret, n, t, lie, made.context, made.kc)
    with pytest.raises(OpenError):
        pre.user_key(OWNER.receive_secret, n, t, answers, made.context, made.kc)


@pytest.mark.parametrize(
    ("n", "t", "liars"), [(3, 2, {1}), (3, 2, {3}), (3, 2, set()), (5, 3, {2, 5}), (3, 1, {1, 2})]
)
def test_who_lies_is_named_and_left_out(n, t, liars):
    medical, one = OWNER.partition("medical", 1), RECORD_SEALED.partitions["medical"]
    made, B = one.encapsulation, USER.receive_public
    shares = enumerate(pre.deal(medical.secret, n, t).shares, 1)
    answers = {i: pre.reencrypt(made.R, pre.direct_point(B, share)) for i, share in shares}
    told = {i: answer * Z if i in liars else answer for i, answer in answers.items()}
    found = pre.user_key_named(USER.receive_secret, n, t, told, made.context, made.kc)
    assert found == (made.k, tuple(sorted(liars)))
    with pytest.raises(OpenError):
        pre.user_key_named(OWNER.receive_secret, n, t, told, made.context, made.kc)
    few = {i: told[i] for i in list(told)[: t - 1]}
    with pytest.raises(DelegationError):
        pre.user_key_named(USER.receive_secret, n, t, few, made.context, made.kc)
    all_lie = {i: answer * Z for i, answer in answers.items()}
    with pytest.raises(OpenError):
        pre.user_key_named(USER.receive_secret, n, t, all_lie, made.context, made.kc)


def test_liars_who_work_together_do_not_get_others_blamed_alone():
    """Z^3 Z^-3 = 1: with the third node's these two wrong answers give the right key."""
    medical, one = OWNER.partition("medical", 1), RECORD_SEALED.partitions["medical"]
    made, B = one.encapsulation, USER.receive_public
    shares = enumerate(pre.deal(medical.secret, 5, 3).shares, 1)
    told = {i: pre.reencrypt(made.R, pre.direct_point(B, share)) for i, share in shares}
    told |= {1: told[1] * Z, 2: told[2] * Z}
    found = pre.user_key_named(USER.receive_secret, 5, 3, told, made.context, made.kc)
    assert found == (made.k, (1, 2, 4, 5))


def test_owner_opens_both_ways():
    keys = {name: envelope.WrapKey(OWNER.partition(name, 1).wrap) for name in PLAIN}
    assert envelope.read_document(RECORD_SEALED.document, MANIFEST, keys) == PLAIN
    for name, one in RECORD_SEALED.partitions.items():
        made = one.encapsulation
        found = pre.owner_key(OWNER.partition(name, 1).secret, made.R, made.context, made.kc)
        assert found == made.k
        with pytest.raises(OpenError):
            pre.owner_key(OWNER.partition(name, 1).secret, G1_GENERATOR, made.context, made.kc)
        with pytest.raises(OpenError):
            pre.owner_key(OWNER.partition(name, 2).secret, made.R, made.context, made.kc)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_changed_octet_of_a_document_is_refused(data):
    place = data.draw(st.integers(0, len(RECORD_SEALED.document) - 1))
    changed = bytearray(RECORD_SEALED.document)
    changed[place] ^= data.draw(st.integers(1, 255))
    keys = {name: envelope.WrapKey(OWNER.partition(name, 1).wrap) for name in PLAIN}
    try:
        found = envelope.read_document(bytes(changed), MANIFEST, keys)
    except OpenError:
        return
    # What may change is a prefix's or quote's writing, never what is read.
    assert found == PLAIN


def test_a_contributor_leaves_no_wrapped_key():
    author = "34bbcac2-6b00-4f0c-80a8-7d1334a99ac0"
    document = sealed_record(author, USER).document
    assert b"KeyInfo" not in document
    assert b"KeyInfo" in RECORD_SEALED.document


def check(**changes):
    given_ = {
        "manifest": MANIFEST,
        "registered": {(name, 1): OWNER.partition(name, 1).public for name in PLAIN},
        "parameters": {
            n: one.encapsulation.R.encode() for n, one in RECORD_SEALED.partitions.items()
        },
        "proofs": {name: one.proof for name, one in RECORD_SEALED.partitions.items()},
    }
    return proofs.check_deposit(**{**given_, **changes})


def test_deposit_check():
    assert check().keys() == PLAIN.keys()
    proof = RECORD_SEALED.partitions["medical"].proof
    for changes in (
        {"registered": {}},
        {"parameters": {}},
        {"proofs": {"medical": proof, "personal": proof}},
        {"proofs": {"medical": proof, "personal": b""}},
        {"proofs": {"medical": proof}},
        {"manifest": {**MANIFEST, "iss": RECORD}},
    ):
        with pytest.raises(ProofError):
            check(**changes)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_changed_octet_of_a_proof_is_refused(data):
    ctx = proofs.KeyBContext(ME, OWNER.verification)
    Y, proof = proofs.prove("key-B", deployment="d", secret=OWNER.receive_secret, ctx=ctx)
    proofs.verify("key-B", deployment="d", Y=Y, proof=proof, ctx=ctx)
    changed = bytearray(proof)
    changed[data.draw(st.integers(0, 127))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CryptoError):
        proofs.verify("key-B", deployment="d", Y=Y, proof=bytes(changed), ctx=ctx)


def test_proofs_of_mixed_up_kinds():
    ctx = proofs.KeyBContext(ME, OWNER.verification)
    Y, proof = proofs.prove("key-B", deployment="d", secret=OWNER.receive_secret, ctx=ctx)
    A = OWNER.partition("medical", 1).public
    for kind, point, base in (
        ("key-A", Y, None),
        ("key-B", A, None),
        ("key-b", Y, None),
        ("key-B", Y, A),
        ([], Y, None),
    ):
        with pytest.raises(CryptoError):
            proofs.verify(kind, deployment="d", Y=point, proof=proof, ctx=ctx, base=base)
    with pytest.raises(ProofError):
        proofs.prove(
            "key-B", deployment="d", secret=decode_scalar(bytes(32), allow_zero=True), ctx=ctx
        )
    with pytest.raises(CryptoError):
        proofs.prove("key-B", deployment="D", secret=random_scalar(), ctx=ctx)


def test_two_proofs_use_two_nonces():
    ctx = proofs.KeyBContext(ME, OWNER.verification)
    made = {
        proofs.prove("key-B", deployment="d", secret=OWNER.receive_secret, ctx=ctx)[1]
        for _ in range(3)
    }
    assert len({proof[:96] for proof in made}) == 3


@pytest.mark.parametrize(
    ("n", "t"), [(0, 0), (1, 0), (1, 2), (256, 1), (True, 1), (1, True), (None, 1), (2**64, 1)]
)
def test_thresholds(n, t):
    with pytest.raises(DelegationError):
        pre.deal(random_scalar(), n, t)
    with pytest.raises(DelegationError):
        pre.combine(random_scalar(), n, t, {1: Z})


def test_deals_with_bad_coefficients():
    secret, zero = random_scalar(), decode_scalar(bytes(32), allow_zero=True)
    for coefficients in ([], [zero], [secret, secret]):
        with pytest.raises(DelegationError):
            pre.deal(secret, 3, 2, coefficients)
    # f(1) = 1/x + a = 0 would be a share that everybody knows.
    from sesphr.crypto.groups import invert_blinded

    with pytest.raises(DelegationError):
        pre.deal(secret, 3, 2, [zero - invert_blinded(secret)])


def test_identity_is_never_a_key():
    identity = G1_GENERATOR * G1_GENERATOR.inverse()
    B = USER.receive_public
    with pytest.raises(DelegationError):
        pre.reencrypt(identity, B)
    with pytest.raises(DelegationError):
        pre.check_direct(identity, B, 1, 1, 1, [], B)
    with pytest.raises(DelegationError):
        pre.verification_point(1, 2, 2, [identity])
    with pytest.raises(DelegationError):
        pre.check_standing(identity, 1, 1, 1, [], scalar_from_int(1))


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=20), st.data())
def test_hpke(plaintext, info, data):
    secret, public = hpke.generate_key()
    assert hpke.public_key(secret) == public
    enc, ciphertext = hpke.seal(public, info, plaintext)
    assert hpke.unseal(secret, enc, info, ciphertext) == plaintext
    changed = bytearray(enc + ciphertext)
    changed[data.draw(st.integers(0, len(changed) - 1).filter(lambda i: i != 31))] ^= 1
    with pytest.raises(OpenError):
        hpke.unseal(secret, bytes(changed[:32]), info, bytes(changed[32:]))
    with pytest.raises(OpenError):
        hpke.unseal(secret, enc, info + b"x", ciphertext)
    for short in (b"", ciphertext[:15], ciphertext[:-1]):
        with pytest.raises(OpenError):
            hpke.unseal(secret, enc, info, short)


@pytest.mark.parametrize("public", [bytes(32), (1).to_bytes(32, "little"), b"", bytes(31)])
def test_hpke_refuses_small_order(public):
    with pytest.raises(CryptoError):
        hpke.seal(public, b"", b"x")
    with pytest.raises(CryptoError):
        hpke.unseal(bytes(range(32)), public, b"", bytes(40))


def test_names_and_secrets():
    assert key_digest(USER.receive_public) == b64u_encode(
        hashlib.sha256(USER.receive_public.encode()).digest()
    )
    shown = f"{OWNER} {OWNER.partition('medical', 1)} {RECORD_SEALED} {RECORD_SEALED.partitions['medical']}"
    for secret in (bytes(32).hex(), OWNER.partition("medical", 1).wrap.hex(), "one"):
        assert secret not in shown
