"""Reads about adding: what waits for an owner, who may add to what, who wrote what somebody reads."""

from uuid import UUID

from sesphr import clock
from sesphr.ports.srs import Addable, Proposal
from srs.context import Node, uuid_of
from srs.decisions import Docket, may_add
from srs.models import Adder, Contribution, Member, PartitionKey
from srs.selectors import records


def proposals(node: Node, owner: str) -> tuple[Proposal, ...]:
    """What waits for an owner's answer, oldest first."""
    rows = Contribution.objects.using(node.alias).filter(
        owner_id=uuid_of(owner), state=Contribution.State.PROPOSED
    )
    return tuple(
        Proposal(
            record=str(row.version.record_id),
            owner=owner,
            author=str(row.author_id),
            manifest=row.version.manifest,
            digest=row.version.digest,
            offered=row.version.accepted,
        )
        for row in rows.select_related("version").order_by("version__accepted", "pk")
    )


def addable(node: Node, member: str, owner: str | None) -> tuple[Addable, ...]:
    """To whose records a member may add now; a role's rule counts for an owner who is named."""
    user = Member.objects.using(node.alias).filter(pk=uuid_of(member)).first()
    if user is None:
        return ()
    owners = _named(node, user) if owner is None else {uuid_of(owner)}
    found = Member.objects.using(node.alias).filter(pk__in=owners - {user.pk}, state="active")
    docket = Docket(node, [])
    views = (_addable(node, docket, user, one) for one in found.order_by("pk"))
    return tuple(view for view in views if view.partitions)


def _named(node: Node, user: Member) -> set[UUID]:
    return set(Adder.objects.using(node.alias).filter(user=user).values_list("owner", flat=True))


def _addable(node: Node, docket: Docket, user: Member, owner: Member) -> Addable:
    now = clock.now()
    keys = PartitionKey.objects.using(node.alias).filter(member=owner)
    # A partition without a key cannot be sealed to.
    names = sorted(set(keys.values_list("partition", flat=True)))
    return Addable(
        str(owner.pk), tuple(one for one in names if may_add(docket, owner, user, one, now))
    )


def wrote_for(node: Node, author: str, reader: str) -> bool:
    """Whether a member contributed something that another owns or may read now."""
    rows = Contribution.objects.using(node.alias).filter(author_id=uuid_of(author))
    if rows.filter(owner_id=uuid_of(reader)).exclude(state="declined").exists():
        return True
    accepted = rows.filter(state=Contribution.State.ACCEPTED)
    written = {str(one) for one in accepted.values_list("version__record_id", flat=True)}
    return bool(written) and any(view.record in written for view in records(node, reader, None))
