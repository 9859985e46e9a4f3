"""Lists of one key node's tables in the administration: which node, and its database."""

from typing import Any

from django.conf import settings
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from sesphr.roles import node_database
from sesphr.web.staff.readonly import ReadOnlyAdmin

SECTION = _("Key service")


def node_of(request: HttpRequest) -> int:
    """The node that the address names, or the first."""
    asked = request.GET.get("node", "")
    known = asked.isascii() and asked.isdecimal() and 1 <= int(asked) <= settings.SESPHR_NODES
    return int(asked) if known else 1


class NodeFilter(SimpleListFilter):
    """Which key node's tables; each has a database of its own."""

    title = _("key node")
    parameter_name = "node"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The nodes of this deployment."""
        nodes = range(1, settings.SESPHR_NODES + 1)
        return [(str(index), format_html("{} {}", _("Node"), index)) for index in nodes]

    def has_output(self) -> bool:
        """There is nothing to choose with one node."""
        return len(self.lookup_choices) > 1

    def choices(self, changelist: Any) -> Any:
        """The nodes; all of them at once cannot be listed."""
        value = self.value() or "1"
        for lookup, title in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: lookup})
            yield {"selected": value == lookup, "query_string": query, "display": title}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The list reads from this node's database already."""
        return queryset


class NodeAdmin(ReadOnlyAdmin):
    """A table of the node that the address names."""

    section = SECTION
    keeps = ("node",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of that node's database."""
        return super().get_queryset(request).using(node_database(node_of(request)))
