"""A role authority for tests, and credentials that it issues to whoever has a key."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesphr.crypto.authorities import Issuer
from sesphr.crypto.authority import (
    Authority,
    create_authority,
    identity_certificate,
    issue,
    new_key,
    new_serial,
    revocation_list,
)
from sesphr.crypto.revocations import RevocationList, der_of_list, read_revocations

DAY = 24 * 3600


@dataclass
class Council:
    """An authority for some roles, whose clock stands at `now` (Unix seconds)."""

    now: int
    roles: tuple[str, ...] = ("physician",)
    algorithm: str = "p256"
    name: str = "Medical Council"
    number: int = 0
    revoked: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make its key."""
        key = new_key(self.algorithm)
        self.authority: Authority = create_authority(
            self.name, key, self.now - DAY, self.now + 3650 * DAY
        )

    @property
    def issuer(self) -> Issuer:
        """As a node pins it."""
        return Issuer(self.authority.certificate, frozenset(self.roles))

    def credential(
        self,
        member: str,
        key: Ed25519PrivateKey,
        *,
        role: str = "physician",
        days: int = 90,
        serial: int | None = None,
        since: int | None = None,
        organisation: str = "City Heart Clinic",
    ) -> bytes:
        """Issued for a member from `since`, which is now unless said."""
        begin = self.now if since is None else since
        identity = identity_certificate(member, key, begin - DAY, begin + 1000 * DAY)
        return issue(
            self.authority,
            identity,
            role=role,
            organisation=organisation,
            serial=serial or new_serial(),
            now=begin,
            until=begin + days * DAY,
        )

    def crl(self, *serials: int, days: int = 30, now: int | None = None) -> bytes:
        """The next list, with these serials besides those revoked before."""
        begin = self.now if now is None else now
        self.revoked |= dict.fromkeys(serials, begin)
        self.number += 1
        return der_of_list(
            revocation_list(
                self.authority,
                self.revoked,
                number=self.number,
                now=begin,
                until=begin + days * DAY,
            )
        )

    def lists(self, *serials: int) -> dict[str, RevocationList]:
        """The next list as `verify_role` takes it."""
        return {self.issuer.id: read_revocations(self.crl(*serials), (self.issuer,))}
