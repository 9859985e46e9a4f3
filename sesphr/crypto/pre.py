"""The paper's proxy re-encryption on BLS12-381: encapsulate, deal, re-encrypt, combine.

Equations 6-22 of SeSPHR as protocol sections 4 to 6 repair them. An SRS node uses
`check_*` and `reencrypt`; nothing here turns a node's values into plaintext.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, islice

from sesphr.crypto.encoding import (
    SUITE,
    check_deployment,
    check_int,
    check_octets,
    check_partition,
    check_uuid,
    dec,
    lp,
)
from sesphr.crypto.errors import DecodingError, DelegationError, OpenError
from sesphr.crypto.groups import (
    G1,
    G1_GENERATOR,
    G2,
    G2_GENERATOR,
    GT,
    Scalar,
    invert_blinded,
    multiply,
    multiply_public,
    pair,
    pairings_cancel,
    random_scalar,
    scalar_from_int,
)
from sesphr.crypto.kdf import hkdf

MAX_NODES = 255


@dataclass(frozen=True)
class Context:
    """What a partition key is bound to; `rh` is SHA-256(R), 32 octets.

    Raises:
        DecodingError: a field that is not what its name says.
    """

    deployment: str
    owner: str
    record: str
    version: int
    partition: str
    epoch: int
    rh: bytes

    def __post_init__(self) -> None:
        """Check every field."""
        check_deployment(self.deployment)
        check_uuid(self.owner)
        check_uuid(self.record)
        check_int(self.version, 1)
        check_partition(self.partition)
        check_int(self.epoch, 1)
        check_octets(self.rh, 32)

    def info(self) -> bytes:
        """The `info` of the partition key's derivation."""
        return lp(
            SUITE.encode(), b"partition", self.deployment.encode(), self.owner.encode(),
            self.record.encode(), dec(self.version), self.partition.encode(), dec(self.epoch), self.rh,
        )  # fmt: skip


@dataclass(frozen=True)
class Deal:
    """One sharing of 1/x: commitments E_1 .. E_(t-1) and the secret shares f(1) .. f(n)."""

    commitments: tuple[G1, ...]
    shares: tuple[Scalar, ...]

    def __repr__(self) -> str:
        return "Deal(...)"


def commit_key(key: bytes, rh: bytes) -> bytes:
    """kc, which commits to a partition key: GCM alone does not."""
    return hkdf(check_octets(key, 32), lp(b"SeSPHR-v1 commit", check_octets(rh, 32)))


def derive_keys(encapsulated: GT, context: Context) -> tuple[bytes, bytes]:
    """(k, kc) from K (protocol section 4, step 2)."""
    key = hkdf(encapsulated.encode(), context.info())
    return key, commit_key(key, context.rh)


def encapsulate(A: G1, r: Scalar | None = None) -> tuple[G1, GT]:
    """(R, K) = (A^r, Z^r) for a fresh r (eq. 8 and 9 as a KEM); K as e(g1^r, g2)."""
    secret = random_scalar() if r is None else r
    if secret.is_zero():
        raise DecodingError("r must not be 0")
    return multiply(A, secret), pair(multiply(G1_GENERATOR, secret), G2_GENERATOR)


def check_threshold(n: int, t: int) -> None:
    """Demand 1 <= t <= n <= 255.

    Raises:
        DelegationError: otherwise.
    """
    try:
        check_int(n, 1, MAX_NODES)
        check_int(t, 1, n)
    except DecodingError:
        raise DelegationError("not 1 <= t <= n <= 255") from None


def _check_index(index: int, n: int) -> None:
    try:
        check_int(index, 1, n)
    except DecodingError:
        raise DelegationError("a node index outside 1 .. n") from None


def deal(secret: Scalar, n: int, t: int, coefficients: Sequence[Scalar] | None = None) -> Deal:
    """Share 1/secret among n nodes, any t of which suffice (protocol section 6).

    Args:
        secret: x_P,c.
        n: number of nodes.
        t: threshold.
        coefficients: a_1 .. a_(t-1), fresh ones when None.

    Raises:
        DelegationError: n or t, a coefficient of 0 or too many or few, a share of 0.
    """
    check_threshold(n, t)
    chosen = [random_scalar() for _ in range(t - 1)] if coefficients is None else list(coefficients)
    if len(chosen) != t - 1 or any(one.is_zero() for one in chosen):
        raise DelegationError("not t-1 coefficients other than 0")
    polynomial = [invert_blinded(secret), *chosen]
    shares = tuple(_evaluate(polynomial, index) for index in range(1, n + 1))
    if any(share.is_zero() for share in shares):
        raise DelegationError("a share is 0: deal again")
    A = multiply(G1_GENERATOR, secret)
    return Deal(tuple(multiply(A, one) for one in chosen), shares)


def _evaluate(polynomial: Sequence[Scalar], index: int) -> Scalar:
    x = scalar_from_int(index)
    return reduce(lambda value, one: value * x + one, reversed(polynomial[:-1]), polynomial[-1])


def direct_point(B: G2, share: Scalar) -> G2:
    """D_i = B_U^f(i), which node i keeps for one user (eq. 14 when n = 1)."""
    if share.is_zero():
        raise DelegationError("a share must not be 0")
    return multiply(B, share)


def verification_point(index: int, n: int, t: int, commitments: Sequence[G1]) -> G1:
    """V_i = g1 prod E_k^(i^k).

    Raises:
        DelegationError: n, t, index, not exactly t-1 commitments, one is the identity.
    """
    check_threshold(n, t)
    _check_index(index, n)
    if len(commitments) != t - 1 or any(one.is_identity() for one in commitments):
        raise DelegationError("not t-1 commitments other than the identity")
    powers = (scalar_from_int(index**k) for k in range(1, t))
    terms = (multiply_public(E, power) for E, power in zip(commitments, powers, strict=True))
    return reduce(lambda left, right: left * right, terms, G1_GENERATOR)


def check_direct(
    A: G1, B: G2, index: int, n: int, t: int, commitments: Sequence[G1], D: G2
) -> None:
    """Accept node `index`'s D iff e(A, D) = e(V_index, B).

    Raises:
        DelegationError: it is not, or anything is out of range.
    """
    V = verification_point(index, n, t, commitments)
    if any(point.is_identity() for point in (A, B, D)):
        raise DelegationError("the identity is no key")
    if not pairings_cancel([(A, D), (V.inverse(), B)]):
        raise DelegationError("the delegated point does not fit its commitments")


def check_standing(
    A: G1, index: int, n: int, t: int, commitments: Sequence[G1], share: Scalar
) -> None:
    """Accept node `index`'s share iff A^share = V_index.

    Raises:
        DelegationError: it is not, or anything is out of range.
    """
    V = verification_point(index, n, t, commitments)
    if share.is_zero() or A.is_identity() or multiply(A, share) != V:
        raise DelegationError("the share does not fit its commitments")


def reencrypt(R: G1, D: G2) -> GT:
    """T_i = e(R, D_i) (eq. 17).

    Raises:
        DelegationError: R or D is the identity.
    """
    if R.is_identity() or D.is_identity():
        raise DelegationError("the identity is not re-encrypted")
    return pair(R, D)


def _lagrange(indices: Sequence[int], at: int) -> list[Scalar]:
    weights = []
    for i in indices:
        others = [j for j in indices if j != i]
        above = reduce(
            lambda x, y: x * y, (scalar_from_int(at - j) for j in others), scalar_from_int(1)
        )
        below = reduce(
            lambda x, y: x * y, (scalar_from_int(i - j) for j in others), scalar_from_int(1)
        )
        weights.append(above * invert_blinded(below))
    return weights


def _interpolate(points: Mapping[int, GT], at: int) -> GT:
    indices = sorted(points)
    if len(indices) == 1:
        # A constant polynomial: its one weight is 1, and a power in GT is dear.
        return points[indices[0]]
    powers = (points[i].power(one) for i, one in zip(indices, _lagrange(indices, at), strict=True))
    return reduce(lambda left, right: left * right, powers)


def combine(receive_secret: Scalar, n: int, t: int, answers: Mapping[int, GT]) -> GT:
    """K = (prod T_i^lambda_i)^(1/x_U) from at least t answers, all of one polynomial.

    Raises:
        DelegationError: n or t, fewer than t answers, an index outside 1 .. n.
        OpenError: more than t answers that do not agree.
    """
    check_threshold(n, t)
    for index in answers:
        _check_index(index, n)
    if len(answers) < t:
        raise DelegationError("fewer than t answers")
    indices = sorted(answers)
    basis = {index: answers[index] for index in indices[:t]}
    if any(_interpolate(basis, index) != answers[index] for index in indices[t:]):
        raise OpenError
    combined = _interpolate(basis, 0)
    # K = 1 is Z^0: no owner's r gives it, only nodes that lie.
    if combined.is_identity():
        raise OpenError
    return combined.root(receive_secret)


def _committed(encapsulated: GT, context: Context, kc: bytes) -> bytes:
    key, commitment = derive_keys(encapsulated, context)
    if not hmac.compare_digest(commitment, check_octets(kc, 32)):
        raise OpenError
    return key


def user_key(
    receive_secret: Scalar, n: int, t: int, answers: Mapping[int, GT], context: Context, kc: bytes
) -> bytes:
    """The partition key k from the nodes' answers, checked against kc.

    Raises:
        DelegationError: as `combine`.
        OpenError: the answers disagree, or the key is not the committed one.
    """
    return _committed(combine(receive_secret, n, t, answers), context, kc)


# Coalitions that are tried; all of them for up to 8 nodes.
MOST_COALITIONS = 70


def user_key_named(
    receive_secret: Scalar, n: int, t: int, answers: Mapping[int, GT], context: Context, kc: bytes
) -> tuple[bytes, tuple[int, ...]]:
    """The partition key k from any t answers that give it, and the nodes whose answers do not fit.

    As few as possible are named. Liars who work together can make it undecidable who fits whom: all of
    both sides are named then; the key is the committed one in any case.

    Raises:
        DelegationError: n or t, fewer than t answers, an index outside 1 .. n.
        OpenError: no t answers give the committed key.
    """
    check_threshold(n, t)
    for index in answers:
        _check_index(index, n)
    if len(answers) < t:
        raise DelegationError("fewer than t answers")
    key, blamed = None, list[set[int]]()
    for chosen in islice(combinations(sorted(answers), t), MOST_COALITIONS):
        basis = {index: answers[index] for index in chosen}
        try:
            key = user_key(receive_secret, n, t, basis, context, kc)
        except OpenError:
            continue
        rest = set(answers) - set(basis)
        blamed.append({i for i in rest if _interpolate(basis, i) != answers[i]})
        if not blamed[-1]:
            break
    if key is None:
        raise OpenError
    fewest = min(map(len, blamed))
    return key, tuple(sorted(set().union(*(one for one in blamed if len(one) == fewest))))


def owner_key(partition_secret: Scalar, R: G1, context: Context, kc: bytes) -> bytes:
    """The partition key k for its owner: K = e(R, g2)^(1/x_P,c) = e(R^(1/x), g2).

    Raises:
        OpenError: R is not the one that `context.rh` names, or the key is not the committed one.
    """
    return _committed(owner_encapsulated(partition_secret, R, context), context, kc)


def owner_key_of_answer(partition_secret: Scalar, answer: GT, context: Context, kc: bytes) -> bytes:
    """The partition key k for its owner from a node's e(R, g2): K = e(R, g2)^(1/x_P,c).

    Raises:
        OpenError: the answer is no such one, or the key is not the committed one.
    """
    # K = 1 is Z^0: nobody's r gives it, only a node that lies.
    if answer.is_identity():
        raise OpenError
    return _committed(answer.root(partition_secret), context, kc)


def owner_encapsulated(partition_secret: Scalar, R: G1, context: Context) -> GT:
    """K for the owner; raises OpenError when SHA-256(R) is not `context.rh`."""
    if not hmac.compare_digest(hashlib.sha256(R.encode()).digest(), context.rh):
        raise OpenError
    return pair(multiply(R, invert_blinded(partition_secret)), G2_GENERATOR)
