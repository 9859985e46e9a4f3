"""Resolves each port to the implementation that the settings name.

Named by dotted path, as Django names its e-mail backend, so that no app
imports another server's app.
"""

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from sesphr.ports.audit import Log
from sesphr.ports.cloudstore import Cloud
from sesphr.ports.srs import SrsNode
from sesphr.roles import own_nodes


@lru_cache(maxsize=1)
def get_srs_nodes() -> tuple[SrsNode, ...]:
    """All SRS nodes of the deployment, in the order of their index."""
    here, elsewhere = settings.SESPHR_SRS_NODE, settings.SESPHR_SRS_PEER
    # The portal runs none of them; its setting names what calls them.
    own = own_nodes() or range(1, settings.SESPHR_NODES + 1)
    return tuple(
        import_string(here if index in own else elsewhere)(index)
        for index in range(1, settings.SESPHR_NODES + 1)
    )


def get_peers(index: int) -> tuple[SrsNode, ...]:
    """All SRS nodes but the one with this index."""
    return tuple(node for node in get_srs_nodes() if node.index != index)


@lru_cache(maxsize=1)
def get_cloud() -> Cloud:
    """The cloud that keeps documents and attachments."""
    cloud: Cloud = import_string(settings.SESPHR_CLOUD)()
    return cloud


@lru_cache(maxsize=1)
def get_log() -> Log:
    """The log to which every server appends."""
    log: Log = import_string(settings.SESPHR_LOG)()
    return log


def forget_adapters() -> None:
    """Drop what was resolved; for tests that change the settings."""
    for resolve in (get_srs_nodes, get_cloud, get_log):
        resolve.cache_clear()
