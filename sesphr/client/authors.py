"""Whose signature a manifest or an accept carries, and with which of their keys it is checked."""

from sesphr.client import people
from sesphr.client.errors import ServerError
from sesphr.client.session import Session
from sesphr.crypto import statements


def author_of(manifest: str) -> str:
    """Whom a manifest that nobody checked yet names as its author."""
    return str(statements.payload_of_unverified(manifest).get("iss"))


def directory_of(session: Session, author: str, jws: str) -> dict[str, bytes]:
    """The directory for what a record's author signed: its owner, or whoever the owner let add; it
    may have been with keys that they changed since.

    Raises:
        IntegrityError: other keys than those that are pinned. ServerError: it shows none.
    """
    if author == session.me.id:
        return session.own_signed(jws)
    person = session.directory.find(author)
    if person is None:
        raise ServerError("The server does not show the author's keys; nothing can be checked.")
    people.pin(session.folder, person)
    return person.signed(jws)
