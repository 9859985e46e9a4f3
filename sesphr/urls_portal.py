"""Routes of the portal's process: pages, administration of its own tables, and the API."""

from sesphr.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
