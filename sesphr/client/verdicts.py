"""What a group's answers on one partition come to: opened, refused, or neither for now."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["open", "refused", "not-now"]
# A node's reason where the owner's list allows it and the node was never given what it takes.
NOT_HERE = "not-here"


@dataclass
class Denials:
    """How many nodes deny a partition, and how many have nothing to give of it, by its name."""

    denied: Counter[str] = field(default_factory=Counter)
    without: Counter[str] = field(default_factory=Counter)

    def count(self, partitions: Iterable[dict[str, Any]]) -> None:
        """Add one node's checked answer."""
        for one in partitions:
            if one["decision"] != "allow":
                count = self.without if one["reason"] == NOT_HERE else self.denied
                count[one["partition"]] += 1


def verdict(n: int, t: int, *, grants: int, denials: int, without: int) -> Verdict:
    """Of n nodes so many gave what t of them open with, denied it, or have nothing to give.

    A node `without` speaks neither for nor against, and those that are not counted at all may
    still come. Refused is only what denials stop: so many that one of them knows every list that
    was acknowledged, whatever the others say; or so many of those that hold it, where these are
    enough, that no t of them are left.
    """
    if grants >= t:
        return "open"
    holding = n - without
    stopped = denials >= min(t, n - t + 1) or holding - denials < t <= holding
    return "refused" if stopped else "not-now"
