"""Leavers: a post ends, and with the last one that gave the role, the membership.

The portal is closed to a leaver first; then every node forgets every key for him and signs that it
did. A node out of reach is asked again by the next call, and until then the leaving is not finished.
Owners who share with him are noted before a node forgets who they are.
"""

import logging
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from accounts import events, mail
from accounts.models import Leaving, Member, Notice, Post, Role, State
from accounts.organisations import enrolling, receipts
from accounts.services import membership
from accounts.transactions import atomic_retried
from sesphr import clock
from sesphr.adapters import get_srs_nodes
from sesphr.ports.errors import IntegrityFailure, NotFound, PortError, Refused
from sesphr.ports.srs import SrsNode

logger = logging.getLogger("sesphr.accounts")


def would_end(post: Post) -> bool:
    """Whether the membership ends with this post: the last one, of somebody whom organisations let in."""
    others = Post.objects.filter(member=post.member_id, current=True).exclude(pk=post.pk)
    return not others.exists() and enrolling.by_organisations(post.member)


def remove(*, organisation: UUID, post: UUID, by: Member | str) -> Leaving:
    """End somebody's post; again goes on with what is not finished. `by` is who asked, or what.

    Raises:
        NotFound: there is no such post in this organisation. Refused: one's own.
    """
    leaving = _begin(organisation, post, by)
    if isinstance(by, Member):
        events.publish(by.pk)
    return carry_on(leaving)


@atomic_retried
def _begin(organisation: UUID, pk: UUID, by: Member | str) -> Leaving:
    # The member's row is the lock: two hospitals may remove somebody at the same moment.
    member = Post.objects.filter(pk=pk, organisation=organisation).values_list("member_id").first()
    if member is None:
        raise NotFound("There is nobody of this number in this organisation.")
    Member.objects.select_for_update().get(pk=member[0])
    post = Post.objects.select_related("member", "organisation").get(pk=pk)
    begun = Leaving.objects.filter(post=post).first()
    if begun is not None:
        return begun
    if isinstance(by, Member) and post.member_id == by.pk:
        raise Refused("Somebody else who administers this organisation has to remove you.")
    if not post.current:
        raise NotFound("This person has left already.")
    return _ended(post, by)


def _ended(post: Post, by: Member | str) -> Leaving:
    name, who = post.organisation.name, by.login if isinstance(by, Member) else by
    ends = would_end(post)
    post.current, post.state, post.until = None, Post.State.LEAVING, max(clock.now(), post.since)
    post.save()
    found = Leaving.objects.create(post=post, ends_membership=ends, by=who)
    events.record(post.member_id, "left-organisation", organisation=name, by=who, ended=ends)
    if isinstance(by, Member):
        user = str(post.member_id)
        events.record(by.pk, "staff-removed", organisation=name, user=user, ended=ends)
    return found


def carry_on(leaving: Leaving) -> Leaving:
    """Do what is still to do of a leaving; as often as it takes."""
    if leaving.finished is not None:
        _tell(leaving)
        return leaving
    member = leaving.post.member
    if leaving.ends_membership:
        membership.close_departed(member=member, by=leaving.by)
    found = {}
    for node in get_srs_nodes():
        if str(node.index) not in leaving.receipts:
            receipt = _of_node(leaving, member, node)
            if receipt is not None:
                found[str(node.index)] = receipt
    kept = _keep(leaving.pk, found)
    events.publish(member.pk)
    _tell(kept)
    return kept


def _of_node(leaving: Leaving, member: Member, node: SrsNode) -> str | None:
    """The node's receipt ("" where the membership goes on); None when it is to be asked again."""
    try:
        _note(leaving, _concerned(node, member))
        if not leaving.ends_membership:
            return ""
        receipt = node.depart(str(member.pk))
        if not receipts.holds(receipt, member.pk, node.index):
            raise IntegrityFailure("The receipt is not this node's.")
    except PortError as error:
        logger.warning("node %s has not confirmed a departure: %s", node.index, error.code)
        return None
    return receipt


def _concerned(node: SrsNode, member: Member) -> set[UUID]:
    """Owners who share something with the member, by a key of their own or by the member's role."""
    found = {*node.givers(str(member.pk)), *(one.owner for one in node.records(str(member.pk)))}
    return {UUID(owner) for owner in found} - {member.pk}


def _note(leaving: Leaving, owners: Iterable[UUID]) -> None:
    known = set(Notice.objects.filter(leaving=leaving).values_list("owner_id", flat=True))
    for owner in sorted(set(owners) - known):
        if Member.objects.filter(pk=owner, role=Role.OWNER).exists():
            _note_one(leaving, owner)
            events.publish(owner)


@atomic_retried
def _note_one(leaving: Leaving, owner: UUID) -> None:
    _, made = Notice.objects.get_or_create(leaving=leaving, owner_id=owner)
    if made:
        post = leaving.post
        events.record(
            owner, "leaver", user=str(post.member_id), organisation=post.organisation.name,
            ended=leaving.ends_membership,
        )  # fmt: skip


@atomic_retried
def _keep(pk: UUID, found: dict[str, str]) -> Leaving:
    row = (
        Leaving.objects.select_for_update()
        .select_related("post__member", "post__organisation")
        .get(pk=pk)
    )
    row.receipts = {**row.receipts, **found}
    if row.finished is None and len(row.receipts) == len(get_srs_nodes()):
        row.finished = clock.now()
        Post.objects.filter(pk=row.post_id).update(state=Post.State.LEFT)
    row.save()
    return row


def _tell(leaving: Leaving) -> None:
    """Write to the owners once it is finished, if they want letters; twice if the power goes between."""
    if leaving.finished is None:
        return
    for notice in leaving.notices.filter(told=None).select_related("owner"):
        owner = notice.owner
        if owner.notified and owner.state == State.AUTHORISED:
            mail.send_leaver(owner, ended=leaving.ends_membership)
        leaving.notices.filter(pk=notice.pk, told=None).update(told=clock.now())


def finish() -> tuple[int, int]:
    """Go on with every leaving of which something is left, letters too; how many there were, and how
    many a node has not confirmed yet."""
    untold = Notice.objects.filter(told=None).values("leaving")
    some = Leaving.objects.filter(Q(finished=None) | Q(pk__in=untold))
    done = [carry_on(row) for row in some.select_related("post__member", "post__organisation")]
    return len(done), sum(one.finished is None for one in done)


def dismiss(*, owner: Member, notice: UUID) -> None:
    """Take a notice off the owner's home page; again changes nothing.

    Raises:
        NotFound: there is no such notice for this owner.
    """
    found = Notice.objects.filter(pk=notice, owner=owner)
    if not found.exists():
        raise NotFound("There is no such notice for you.")
    found.filter(dismissed=None).update(dismissed=clock.now())
