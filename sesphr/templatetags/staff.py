"""What the administration's templates need besides Django's own tags."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def labelled(cells: Iterable[SafeString], headers: list[dict[str, Any]]) -> Iterator[SafeString]:
    """A row's cells, each with its column's heading, which narrow screens show beside it."""
    for cell, header in zip(cells, headers, strict=True):
        label = conditional_escape(str(header["text"]).capitalize())
        name, rest = cell.split(" ", 1)
        # Both halves are markup of Django's own, and the heading is escaped.
        yield mark_safe(f'{name} data-label="{label}" {rest}')  # noqa: S308
