"""What somebody else adds to an owner's records: offered, then accepted or declined by her.

A contributor writes version 1 of a new record and can read nothing by that. It waits as a
proposal, whose record has no head: nobody but its owner may open it. Her signed answer
makes it a record like her own, or has its parameters forgotten for ever.
"""

import uuid
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet, Sum

from sesphr import clock
from sesphr.crypto import statements
from sesphr.ports.errors import Conflict, Invalid, NotFound, Refused
from sesphr.ports.srs import Deposit
from srs import journal
from srs.context import (
    Node,
    digest_of,
    locked,
    refusing_bad_input,
    require_active,
    require_signer,
    uuid_of,
)
from srs.decisions import Docket, may_add
from srs.manifests import partitions_of
from srs.models import Contribution, ContributionAnswer, Member, Record, RParameter, Version
from srs.services.parameters import Parameter, heard_parameters, parameters_of, store

# How much of one contributor may wait at one owner.
MOST_WAITING = 20
MOST_OCTETS = 4 * 2**30
State = Contribution.State


def contribute(
    node: Node, author: Member, manifest: statements.Verified, sent: Deposit, heard: int | None
) -> str:
    """Take a proposal; the deposit was not taken before, and its author is active.

    Of one that another node took (`heard`, Unix seconds) it is not asked again whether the list
    lets him: it did when that node took it, and her answer decides what becomes of it.
    """
    owner = _owner(node, manifest.payload)
    if heard is None:
        _require_may_add(node, owner, author, manifest.payload)
        _require_room(node, owner, author, manifest.payload)
    with refusing_bad_input():
        taken = parameters_of if heard is None else heard_parameters
        parameters = taken(node, owner, manifest, sent)
    try:
        with node.atomic():
            return _commit(node, manifest, parameters, owner, author, sent, heard)
    except IntegrityError:
        known = _version(node, digest_of(manifest))
        if known is None:
            raise Conflict("This record id is taken.") from None
        return known.receipt


def undo(node: Node, versions: QuerySet[Version]) -> None:
    """Take back that these versions were contributed, and what their owners answered."""
    gone = Contribution.objects.using(node.alias).filter(version__in=list(versions))
    ContributionAnswer.objects.using(node.alias).filter(contribution__in=list(gone)).delete()
    gone.delete()


def refuse_declined(node: Node, version: Version) -> None:
    """Refuse what its owner declined, when it is sent again."""
    declined = Contribution.objects.using(node.alias).filter(version=version, state=State.DECLINED)
    if declined.exists():
        raise Refused("This was declined. It cannot be added again.", code="declined")


def _version(node: Node, digest: str) -> Version | None:
    return Version.objects.using(node.alias).filter(digest=digest).first()


def _owner(node: Node, payload: dict[str, Any]) -> Member:
    if payload["version"] != 1:
        raise Refused("Only the owner may deposit a further version of a record.")
    owner = Member.objects.using(node.alias).filter(pk=uuid_of(payload["owner"])).first()
    # One sentence for nobody, for somebody who is not active, and for no such rule.
    if owner is None:
        raise _may_not()
    return owner


def _require_may_add(node: Node, owner: Member, author: Member, payload: dict[str, Any]) -> None:
    """Refuse unless the owner's list in force lets the author add to every partition of it now."""
    docket, now = Docket(node, []), clock.now()
    may = all(may_add(docket, owner, author, one, now) for one in payload["partitions"])
    if not owner.active or not may:
        raise _may_not()


def _may_not() -> Refused:
    return Refused("You may not add this to these records.", code="may-not-add")


def octets_of(payload: dict[str, Any]) -> int:
    """How many cipher octets a manifest's partitions and attachments have."""
    entries = payload["partitions"].values()
    files = sum(item["size"] for entry in entries for item in entry["attachments"])
    return files + sum(int(entry["size"]) for entry in entries)


def _require_room(node: Node, owner: Member, author: Member, payload: dict[str, Any]) -> None:
    waiting = Contribution.objects.using(node.alias).filter(
        owner=owner, author=author, state=State.PROPOSED
    )
    octets = waiting.aggregate(sum=Sum("octets"))["sum"] or 0
    if waiting.count() >= MOST_WAITING or octets + octets_of(payload) > MOST_OCTETS:
        raise Conflict(
            "Too much of what you added waits for its owner's answer. Wait until it is answered.",
            code="too-much-waits",
        )


def _commit(
    node: Node,
    manifest: statements.Verified,
    parameters: list[Parameter],
    owner: Member,
    author: Member,
    sent: Deposit,
    heard: int | None,
) -> str:
    accepted = heard or clock.now()
    rows = {row.pk: row for row in locked(node, [owner.pk, author.pk])}
    known = _version(node, digest_of(manifest))
    if known is not None:
        refuse_declined(node, known)
        return known.receipt
    # What was true before the locks is asked again under them.
    if heard is None:
        require_active(rows[author.pk])
        require_signer(rows[author.pk], manifest)
        _require_may_add(node, rows[owner.pk], rows[author.pk], manifest.payload)
        _require_room(node, owner, author, manifest.payload)
    record, made = Record.objects.using(node.alias).get_or_create(
        pk=uuid.UUID(manifest.payload["record"]), defaults={"owner": owner, "date": accepted}
    )
    if not made:
        raise Conflict("This record id is taken.")
    receipt = node.receipt("deposit", str(owner.pk), digest_of(manifest), 1)
    version = store(node, record, manifest, receipt, parameters, accepted)
    contribution = Contribution.objects.using(node.alias).create(
        version=version, owner=owner, author=author, octets=octets_of(manifest.payload)
    )
    _tell(node, contribution, "contribution", partitions=sorted(manifest.payload["partitions"]))
    journal.append(
        node, "deposit", manifest.payload["record"], accepted, manifest.jws,
        sealed=journal.sealed_to_all(node, sent),
    )  # fmt: skip
    return receipt


def _tell(node: Node, contribution: Contribution, kind: str, **details: Any) -> None:
    """An event in both streams, in one order everywhere, so that locks never cross."""
    version, owner, author = (
        contribution.version,
        str(contribution.owner_id),
        str(contribution.author_id),
    )
    for member in sorted((owner, author)):
        node.events.record(
            member, kind, owner=owner, user=author, record=str(version.record_id),
            version=version.version, manifest=version.digest, **details,
        )  # fmt: skip


def accept(node: Node, jws: str, *, heard: bool = False) -> str:
    """Make a proposal a record of its owner; see the port. `heard`: another node took it."""
    statement, owner = node.verified(jws, "sesphr-accept", earlier=True)
    return _answered(node, statement, owner, State.ACCEPTED, heard)


def erase(node: Node, jws: str, *, heard: bool = False) -> str:
    """Forget a proposal that its owner declined; see the port. `heard`: another node took it."""
    statement, owner = node.verified(jws, "sesphr-deletion", earlier=True)
    return _answered(node, statement, owner, State.DECLINED, heard)


def concerned(node: Node, receipt: str) -> list[str]:
    """Owner and author of what an answer's receipt is about."""
    digest = statements.payload_of_unverified(receipt)["object"]
    answer = (
        ContributionAnswer.objects.using(node.alias)
        .select_related("contribution")
        .get(digest=digest)
    )
    return sorted({str(answer.contribution.owner_id), str(answer.contribution.author_id)})


def _answered(
    node: Node, statement: statements.Verified, owner: Member, state: str, heard: bool
) -> str:
    known = _answer(node, statement)
    if known is not None:
        return known.receipt
    if not heard:
        require_active(owner)
        require_signer(owner, statement)
    found = _contribution(node, owner, statement.payload)
    try:
        with node.atomic():
            return _settle(node, statement, found, state, heard)
    except IntegrityError:
        known = _answer(node, statement)
        if known is None:
            raise Conflict("This was answered at the same time; look again.") from None
        return known.receipt


def _answer(node: Node, statement: statements.Verified) -> ContributionAnswer | None:
    rows = ContributionAnswer.objects.using(node.alias)
    return rows.filter(digest=digest_of(statement)).first()


def _contribution(node: Node, owner: Member, payload: dict[str, Any]) -> Contribution:
    rows = Contribution.objects.using(node.alias).select_related("version")
    found = rows.filter(owner=owner, version__record=uuid_of(payload["record"])).first()
    if found is None:
        raise NotFound("Nothing of this name was added to your records.")
    if payload["manifest"] != found.version.digest:
        raise Invalid("The answer is for something else than what was added.")
    return found


def _settle(
    node: Node, statement: statements.Verified, found: Contribution, state: str, heard: bool
) -> str:
    rows = {row.pk: row for row in locked(node, [found.owner_id, found.author_id])}
    known = _answer(node, statement)
    if known is not None:
        return known.receipt
    if not heard:
        require_active(rows[found.owner_id])
        require_signer(rows[found.owner_id], statement)
    found.refresh_from_db(using=node.alias)
    if state == State.ACCEPTED:
        _check_accept(node, found, statement.payload)
    if found.state == State.PROPOSED:
        _turn(node, found, state)
    elif found.state != state:
        raise Conflict(f"This was {found.state} already.", code=f"was-{found.state}")
    kind = "accept" if state == State.ACCEPTED else "deletion"
    receipt = node.receipt(kind, str(found.owner_id), digest_of(statement), found.version.version)
    ContributionAnswer.objects.using(node.alias).create(
        contribution=found, digest=digest_of(statement), jws=statement.jws, receipt=receipt
    )
    journal.append(node, kind, str(found.version.record_id), clock.now(), statement.jws)
    return receipt


def _check_accept(node: Node, found: Contribution, payload: dict[str, Any]) -> None:
    """An accept names author and version, and wraps a key for every partition; a further one
    wraps the same keys (AES-KW has one result)."""
    partitions = set(partitions_of(found.version.manifest))
    named = (payload["author"], payload["version"])
    if named != (str(found.author_id), found.version.version):
        raise Invalid("The answer is for something else than what was added.")
    # Of what was declined no manifest is left to compare with; it is refused as declined.
    if partitions and partitions != set(payload["wrapped"]):
        raise Invalid("The answer does not wrap a key for each partition, and for no other.")
    for earlier in found.answers.using(node.alias).filter(contribution__state=State.ACCEPTED):
        if statements.payload_of_unverified(earlier.jws)["wrapped"] != payload["wrapped"]:
            raise Conflict("This was accepted with other keys already.", code="was-accepted")


def _turn(node: Node, found: Contribution, state: str) -> None:
    found.state = state
    found.save(using=node.alias, update_fields=["state"])
    version = found.version
    if state == State.ACCEPTED:
        rows = Record.objects.using(node.alias).filter(pk=version.record_id)
        rows.update(head=version.version)
    else:
        RParameter.objects.using(node.alias).filter(version=version).delete()
        version.manifest = ""
        version.save(using=node.alias, update_fields=["manifest"])
        journal.forget_parameters(node, str(version.record_id))
    _tell(node, found, state)
