"""All operations of the vectors, by topic and name."""

from tests.vectorcheck import access, deposits, formats, mathematics
from tests.vectorcheck.inputs import Operation

OPERATIONS: dict[tuple[str, str], Operation] = {
    **mathematics.OPERATIONS,
    **access.OPERATIONS,
    **deposits.OPERATIONS,
    **formats.OPERATIONS,
}
