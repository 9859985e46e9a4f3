"""Routes of a server that answers a port: that port's methods, and whether it is there."""

from django.conf import settings
from django.urls import path

from sesphr.adapters.codec import calls
from sesphr.adapters.serving import health, view

urlpatterns = [
    *(
        path(f"port/{port}/{method}", view(call))
        for (port, method), call in calls().items()
        if port == settings.SESPHR_ROLE
    ),
    path("healthz", health),
]
