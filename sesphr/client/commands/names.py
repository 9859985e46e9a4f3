"""Partition names and record ids as people type them."""

from collections.abc import Iterable

from sesphr.client.errors import UsageError
from sesphr.client.registration import ORIGINAL
from sesphr.client.session import checked_login
from sesphr.crypto.encoding import check_partition, check_uuid
from sesphr.crypto.errors import DecodingError


def partitions(names: Iterable[str] | None, *, shared: bool = False) -> list[str]:
    """Partition names in the order given, each once.

    Raises:
        UsageError: not a name; with `shared`, the owner-only partition `original`.
    """
    found = list(dict.fromkeys(names or ()))
    for name in found:
        try:
            check_partition(name)
        except DecodingError:
            raise UsageError(
                f"{name!r} is not a partition name: 1 to 32 of a-z, 0-9 and hyphens."
            ) from None
        if shared and name == ORIGINAL:
            raise UsageError("Original files are for their owner alone; they cannot be shared.")
    return found


def address(text: str) -> str:
    """An e-mail address in lower case; a mere word is none, although a login name may be one.

    Raises:
        UsageError: it cannot be one.
    """
    login = checked_login(text)
    before, _, after = login.partition("@")
    if not before or not after or "@" in after:
        raise UsageError(f"{text!r} is not an e-mail address.")
    return login


def identifier(text: str, what: str) -> str:
    """A record's or a request's id.

    Raises:
        UsageError: it cannot be one.
    """
    try:
        return check_uuid(text.strip().lower())
    except DecodingError:
        raise UsageError(f"{text!r} is not the id of a {what}.") from None
