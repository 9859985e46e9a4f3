"""`manage.py remove_staff EMAIL ORGANISATION`: end somebody's post, as its administrator would.

With the last post of somebody whom organisations let in, the membership ends at every key node.
"""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.guardians import ending
from accounts.management.membership import BY
from accounts.management.organisations import OrganisationCommand, organisation_named
from accounts.models import Post
from accounts.organisations import leaving, receipts
from sesphr.deployment import get_deployment


class Command(OrganisationCommand):
    """End somebody's post in an organisation."""

    help = "Remove a member of an organisation's staff; again goes on with what is not finished."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and where."""
        parser.add_argument("email", help="the member's login, an e-mail address")
        parser.add_argument("organisation", help="its name, or its id")

    def run(self, options: dict[str, Any]) -> str:
        """Do it; say what the nodes confirmed."""
        organisation, login = organisation_named(options["organisation"]), options["email"].lower()
        posts = Post.objects.filter(organisation=organisation, member__login=login)
        post = posts.order_by("-current", "-since").first()
        if post is None:
            raise CommandError(f"{login} does not belong to {organisation.name}.")
        done = leaving.remove(organisation=organisation.pk, post=post.pk, by=BY)
        if not done.ends_membership:
            return f"{login} has left {organisation.name}; the membership of SeSPHR goes on."
        n, held = get_deployment().n, receipts.verified(done.receipts, post.member_id)
        line = f"{login} has left {organisation.name}, and the membership has ended: {held} of {n} receipts verified."
        line += _cared_for(post)
        if done.finished is None:
            raise CommandError(
                f"{line} Not finished: run finish_staff when every key node answers."
            )
        return line


def _cared_for(post: Post) -> str:
    many = ending.sole(post.member_id).count()
    return (
        f" They act on for {many} who have no other guardian, and do nothing else." if many else ""
    )
