"""What a system of owners and readers must decide: the rules once more, in sets and nothing else.

It knows no keys, no servers and no time but the order of what was acknowledged. A call that was not
acknowledged is repeated by whoever made it until it is: only then is the oracle told.
"""

from dataclasses import dataclass, field

Pair = tuple[str, str]


@dataclass
class Oracle:
    """People by name; a record's parts by its id; who may read what."""

    owner_of: dict[str, str] = field(default_factory=dict)
    parts_of: dict[str, frozenset[str]] = field(default_factory=dict)
    # (owner, reader) to parts that the owner gave; a later rule replaces what it speaks of.
    given: dict[Pair, frozenset[str]] = field(default_factory=dict)
    # Parts that an owner's list forbids a reader for good.
    denied: dict[Pair, frozenset[str]] = field(default_factory=dict)
    # (owner, role) to parts.
    by_role: dict[Pair, frozenset[str]] = field(default_factory=dict)
    role_of: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def deposited(self, owner: str, record: str, parts: frozenset[str]) -> None:
        """A new record of an owner was acknowledged."""
        assert record not in self.owner_of
        self.owner_of[record], self.parts_of[record] = owner, parts

    def granted(self, owner: str, reader: str, parts: frozenset[str]) -> None:
        """An owner's grant was acknowledged; it replaces what forbade these parts."""
        self.given[owner, reader] = self._given(owner, reader) | parts
        self.denied[owner, reader] = self._denied(owner, reader) - parts

    def granted_role(self, owner: str, role: str, parts: frozenset[str]) -> None:
        """An owner lets everybody of a role read."""
        self.by_role[owner, role] = self.by_role.get((owner, role), frozenset()) | parts

    def revoked(self, owner: str, reader: str) -> None:
        """Everything was taken back: what a role still gives is forbidden to this reader."""
        self.given.pop((owner, reader), None)
        roles = [parts for (who, _), parts in self.by_role.items() if who == owner]
        left = frozenset().union(*roles)
        self.denied[owner, reader] = self._denied(owner, reader) | left

    def revoked_role(self, owner: str, role: str) -> None:
        """The role's rule went."""
        self.by_role.pop((owner, role), None)

    def departed(self, member: str) -> None:
        """A membership ended: no key for it is left, and none that it gave."""
        self.gone.add(member)

    def readable(self, reader: str, record: str) -> frozenset[str]:
        """The parts of a record that an opening must give a reader, and no other."""
        owner, parts = self.owner_of[record], self.parts_of[record]
        if reader in self.gone:
            return frozenset()
        if reader == owner:
            return parts
        if owner in self.gone:
            return frozenset()
        role = self.by_role.get((owner, self.role_of.get(reader, "")), frozenset())
        return (parts & (self._given(owner, reader) | role)) - self._denied(owner, reader)

    def records_of(self, owner: str) -> set[str]:
        """Every record that an owner was told is kept."""
        return {record for record, whose in self.owner_of.items() if whose == owner}

    def _given(self, owner: str, reader: str) -> frozenset[str]:
        return self.given.get((owner, reader), frozenset())

    def _denied(self, owner: str, reader: str) -> frozenset[str]:
        return self.denied.get((owner, reader), frozenset())
