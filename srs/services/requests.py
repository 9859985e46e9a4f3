"""Taking note that a member asks an owner for keys; it grants nothing."""

from django.db import IntegrityError

from sesphr import clock
from sesphr.crypto import statements
from sesphr.ports.errors import Invalid, Refused
from srs import journal
from srs.context import Node, digest_of, require_active, require_signer
from srs.models import KeyRequest, Member

# A signed request may wait on a device without a network for a while.
LIFE = 3600


def key_request(node: Node, jws: str, *, heard: bool = False) -> str:
    """Check, log in the owner's stream, and give a receipt; repeats get the same one.

    What another node took (`heard`) was in time and by an active member there.
    """
    request, asker = node.verified(jws, "sesphr-key-request", earlier=True)
    known = KeyRequest.objects.using(node.alias).filter(digest=digest_of(request)).first()
    if known is not None:
        return known.receipt
    if not heard:
        _require_timely(asker, request)
        require_signer(asker, request)
        if request.payload["key"] != asker.key_digest:
            raise Invalid("The request names another key than the asker's.")
    try:
        with node.atomic():
            return _commit(node, asker, request)
    except IntegrityError:
        known = KeyRequest.objects.using(node.alias).filter(digest=digest_of(request)).first()
        if known is None:
            raise Invalid("Another request has the same nonce.") from None
        return known.receipt


def _require_timely(asker: Member, request: statements.Verified) -> None:
    require_active(asker)
    if clock.now() - request.payload["iat"] > LIFE:
        raise Refused("This request is too old; ask again.", code="expired")


def _commit(node: Node, asker: Member, request: statements.Verified) -> str:
    payload = request.payload
    receipt = node.receipt("key-request", payload["owner"], digest_of(request), 0)
    KeyRequest.objects.using(node.alias).create(
        digest=digest_of(request),
        asker=asker,
        nonce=payload["nonce"],
        jws=request.jws,
        receipt=receipt,
    )
    node.events.record(
        payload["owner"], "key-request", user=payload["iss"], request=digest_of(request),
        partitions=sorted(payload["partitions"]),
    )  # fmt: skip
    journal.append(node, "key-request", str(asker.pk), clock.now(), request.jws)
    return receipt
