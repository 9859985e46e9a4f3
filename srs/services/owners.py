"""What an owner gets of a record that somebody else wrote: e(R, g2), from which only x_P,c
makes K (protocol section 5). Her own records carry the wrapped key instead.

In GT, so that R itself, which the re-encryption keys work on, never leaves a node.
"""

from sesphr.crypto import pre
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.groups import G2_GENERATOR
from srs.context import Node
from srs.decisions import Decision
from srs.models import Member, Version
from srs.services.parameters import kept

Pair = tuple[str, str]


def for_owner(node: Node, user: Member, decisions: list[Decision]) -> dict[Pair, str]:
    """e(R, g2) for each pair of the user's own that a contributor wrote, b64u of 576 octets."""
    own = [one for one in decisions if one.allowed and one.owner == str(user.id)]
    if not own:
        return {}
    contributed = Version.objects.using(node.alias).filter(
        digest__in={one.manifest for one in own}, contribution__isnull=False
    )
    found = kept(node, contributed.values_list("digest", flat=True))
    points = (
        (one, found[place])
        for one in own
        if (place := (one.manifest or "", one.partition)) in found
    )
    return {
        (one.record, one.partition): b64u_encode(pre.reencrypt(r, G2_GENERATOR).encode())
        for one, (r, _) in points
    }
