"""The keys of those who sign: the first one seen is kept, another is refused ever after."""

import uuid

from cloudstore.models import Author
from sesphr.ports.errors import Conflict


def pin_author(author: uuid.UUID, verification: bytes) -> None:
    """Keep the key of somebody unknown; call inside the transaction of what it signed.

    Raises:
        Conflict: the author is known with another key.
    """
    known, _ = Author.objects.get_or_create(id=author, defaults={"verification": verification})
    if known.verification != verification:
        raise Conflict("This author is known with another key.", code="other-key")
