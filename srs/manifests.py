"""What stored manifests say of themselves, where no row beside them does."""

from collections.abc import Iterable

from sesphr.crypto import statements
from srs.models import Version


def partitions_of(manifest: str) -> list[str]:
    """The names of a manifest's partitions, in order; none of one that was forgotten (empty)."""
    if not manifest:
        return []
    return sorted(statements.payload_of_unverified(manifest)["partitions"])


def partitions_by_version(alias: str, versions: Iterable[int]) -> dict[int, list[str]]:
    """The same for each of these versions (primary keys), in one query."""
    rows = Version.objects.using(alias).filter(pk__in=list(versions))
    return {pk: partitions_of(manifest) for pk, manifest in rows.values_list("pk", "manifest")}
