"""These tests need three nodes; a run with one leaves them to the run with three."""

from django.conf import settings

from tests.nodes.growing import fourth_database, grow

__all__ = ["fourth_database", "grow"]
collect_ignore_glob = [] if settings.SESPHR_NODES == 3 else ["test_*.py"]
