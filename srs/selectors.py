"""Reads of one node, scoped to who asks."""

from uuid import UUID

from sesphr import clock
from sesphr.ports.errors import Invalid
from sesphr.ports.srs import AuthorityView, CredentialView, RecordView
from srs import credentials, emergency, standing
from srs.context import Node, uuid_of
from srs.decisions import Decision, Docket, decide
from srs.models import (
    Acl,
    Contribution,
    Credential,
    Delegation,
    Keyless,
    Member,
    Record,
    Registration,
    Version,
)

# Listing asks for nothing yet; it shows what an opening for treatment would give.
LISTING_PURPOSE = "treatment"
MOST_ASKED = 1000


def registrations(node: Node, member: str) -> tuple[str, ...]:
    """All registrations of a member, in order."""
    rows = Registration.objects.using(node.alias).filter(member_id=uuid_of(member)).order_by("seq")
    return tuple(rows.values_list("jws", flat=True))


def committed(node: Node, digests: tuple[str, ...]) -> tuple[str, ...]:
    """Receipts of these deposits, signed anew: the node may have got another key since."""
    if len(digests) > MOST_ASKED:
        raise Invalid(f"At most {MOST_ASKED} manifests at once.")
    rows = Version.objects.using(node.alias).filter(digest__in=digests)
    rows = rows.exclude(contribution__state=Contribution.State.DECLINED).order_by("digest")
    found = rows.values_list("record__owner_id", "digest", "version")
    return tuple(
        node.receipt("deposit", str(owner), digest, version) for owner, digest, version in found
    )


def acl(node: Node, owner: str) -> str | None:
    """The list in force, as signed."""
    rows = Acl.objects.using(node.alias).filter(owner_id=uuid_of(owner)).order_by("-seq")
    return rows.values_list("jws", flat=True).first()


def delegates(node: Node, owner: str) -> tuple[tuple[str, str, int], ...]:
    """Who holds a re-encryption key for which partition and epoch; never the key, and none of
    those that were dealt to another group of nodes."""
    rows = Delegation.objects.using(node.alias).filter(
        owner_id=uuid_of(owner), group=node.deployment.group
    )
    found = rows.order_by("user_id", "partition", "epoch").values_list(
        "user_id", "partition", "epoch"
    )
    return tuple((str(user), partition, epoch) for user, partition, epoch in found)


def standing_shares(node: Node, owner: str) -> tuple[tuple[str, int], ...]:
    """(partition, epoch) of each share for roles that the present nodes were dealt."""
    return tuple(standing.held(node, uuid_of(owner)))


def lists(node: Node, owner: str) -> tuple[str, ...]:
    """All lists of an owner as signed, oldest first."""
    rows = Acl.objects.using(node.alias).filter(owner_id=uuid_of(owner)).order_by("seq")
    return tuple(rows.values_list("jws", flat=True))


def givers(node: Node, member: str) -> tuple[str, ...]:
    """The owners who dealt a member keys that are held here still."""
    rows = Delegation.objects.using(node.alias).filter(user_id=uuid_of(member))
    return tuple(sorted({str(owner) for owner in rows.values_list("owner_id", flat=True)}))


def records(node: Node, asker: str, owner: str | None) -> tuple[RecordView, ...]:
    """Own records with all partitions; others' with those that an opening would give now."""
    user = Member.objects.using(node.alias).filter(pk=uuid_of(asker)).first()
    if user is None:
        return ()
    docket = Docket(node, _of_givers(node, user, owner))
    views = (_view(docket, user, head) for head in docket.heads.values())
    readable = [view for view in views if view.partitions]
    return tuple(sorted(readable, key=lambda view: (view.date, view.record)))


def _of_givers(node: Node, user: Member, owner: str | None) -> list[str]:
    """Records whose owner is the user, has dealt the user a key, here or elsewhere, or lets the
    user's role read."""
    owners = {user.pk, *_by_role(node, user)}
    for given in (Delegation, Keyless):
        rows = given._base_manager.using(node.alias).filter(user=user)
        owners |= set(rows.values_list("owner_id", flat=True))
    owners |= emergency.owners(node, user.pk)
    if owner is not None:
        owners = {one for one in owners if str(one) == owner}
    # What is only proposed has no head.
    found = Record.objects.using(node.alias).filter(owner__in=owners, head__gte=1)
    return [str(record) for record in found.values_list("pk", flat=True)]


def _by_role(node: Node, user: Member) -> set[UUID]:
    proven = credentials.current(node, user, clock.now())
    return set() if proven is None else standing.givers(node, proven["role"], proven["issuer"])


def _view(docket: Docket, user: Member, head: Version) -> RecordView:
    record, partitions = str(head.record_id), sorted(docket.partitions[head.pk])
    purpose, decisions = _best(docket, user, head, record, partitions)
    return RecordView(
        record=record,
        owner=str(head.record.owner_id),
        version=head.version,
        manifest=head.digest,
        date=head.record.date,
        partitions=tuple(one.partition for one in decisions if one.allowed),
        until=_ends(docket, user, head, decisions),
        purpose=purpose,
    )


def credential(node: Node, member: str) -> CredentialView | None:
    """What a member's credential says now."""
    rows = Credential.objects.using(node.alias).select_related("member")
    row = rows.filter(member_id=uuid_of(member)).first()
    octets = b"" if row is None else bytes(row.octets)
    found = None if row is None else credentials.judged(node, row.member, octets, clock.now())
    if found is None:
        return None
    role, revoked = found
    return CredentialView(
        role=role.role,
        issuer=role.issuer,
        organisation=role.organisation,
        valid_from=role.valid_from,
        valid_until=role.valid_until,
        revoked=revoked,
        octets=octets,
    )


def authorities() -> tuple[AuthorityView, ...]:
    """Whose word is taken here, for which roles, by role."""
    found = [
        AuthorityView(role, one.id, one.name)
        for one in credentials.authorities()
        for role in one.roles
    ]
    return tuple(sorted(found, key=lambda one: (one.role, one.name, one.issuer)))


def _best(
    docket: Docket, user: Member, head: Version, record: str, partitions: list[str]
) -> tuple[str, list[Decision]]:
    """What an opening gives, and for which purpose: an emergency's only where that gives more."""
    now, found = clock.now(), []
    for purpose in (LISTING_PURPOSE, emergency.PURPOSE):
        if purpose == emergency.PURPOSE and not docket.has_emergency(head.record.owner, user, now):
            continue
        found.append((purpose, decide(docket, user, record, partitions, purpose, now)))
    return max(found, key=lambda one: sum(decision.allowed for decision in one[1]))


def _ends(docket: Docket, user: Member, head: Version, decisions: list[Decision]) -> dict[str, int]:
    owner = head.record.owner
    rules = {rule["id"]: rule for rule in docket.policy(owner).rules.rules}
    found = {
        one.partition: docket.end(owner, user, rules[one.rule])
        for one in decisions
        if one.allowed and one.rule is not None
    }
    return {partition: end for partition, end in found.items() if end is not None}
