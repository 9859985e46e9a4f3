"""Database fields that several servers share."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class OctetsField(models.BinaryField):
    """A few octets that may be a key: VARBINARY on MariaDB, where a BLOB cannot be unique.

    `max_length` is required. Pair it with a CheckConstraint on the length: BINARY,
    which MariaDB pads silently, is avoided on purpose.
    """

    # What type checkers take a row's value to be.
    _pyi_private_get_type: bytes

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The column's type in the database of `connection`."""
        if connection.vendor == "mysql":
            return f"varbinary({self.max_length})"
        return super().db_type(connection)

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        """Plain bytes, which compare and hash, whatever the driver gives."""
        return None if value is None else bytes(value)
