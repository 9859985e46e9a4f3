"""What the description of the API must not lose."""

from collections import Counter
from collections.abc import Iterator
from importlib import import_module

from ninja import Schema


def _below(found: type[Schema]) -> Iterator[type[Schema]]:
    for one in found.__subclasses__():
        yield one
        yield from _below(one)


def test_no_two_schemas_share_a_name() -> None:
    # In the document the later of two would stand in the place of both.
    import_module("sesphr.urls_portal")
    ours = {
        one for one in _below(Schema) if one.__module__.startswith(("sesphr", "accounts", "phr"))
    }
    assert len(ours) > 100
    names = Counter(one.__name__ for one in ours)
    assert [name for name, times in names.items() if times > 1] == []
