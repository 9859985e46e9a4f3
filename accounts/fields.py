"""A text column that compares octet by octet on every database."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class BinaryCharField(models.CharField):
    """A CharField with the binary collation on MariaDB; SQLite compares octets anyway."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """As a CharField's, with the collation that this database needs."""
        parameters = super().db_parameters(connection)
        parameters["collation"] = "utf8mb4_bin" if connection.vendor == "mysql" else None
        return parameters
